// Two real servers from an unpacked release, over one folder, on loopback; and their API as a script would use it.
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { until } from './tally.mjs';

const run = promisify(execFile);
const START_MS = 30_000;
const ASK_MS = 5000;

export class Plane {
  servers = [];

  constructor(release) {
    this.release = release;
    this.dir = mkdtempSync(join(tmpdir(), 'brownstone-browser-'));
    this.shared = join(this.dir, 'shared');
    mkdirSync(this.shared, { mode: 0o700 });
  }

  /** Lays out one server more and starts it. */
  async add(name) {
    const server = new Server(this, join(this.dir, name), await freePort());
    this.servers.push(server);
    await server.start();
    return server;
  }

  password() {
    return this.#first('initial-password').trim();
  }

  authority() {
    return this.#first('ca.pem');
  }

  #first(name) {
    const path = this.servers.map((server) => join(server.home, 'data', name)).find(existsSync);
    if (!path) throw new Error(`no server has written data/${name}`);
    return readFileSync(path, 'utf8');
  }

  /** Processes of applications outlive servers; those of a test must not outlive the test. */
  async stopApplications() {
    for (const server of this.servers) {
      const apps = await server.ask('/v1/applications').catch(() => []);
      for (const { id } of apps ?? []) await server.ask(`/v1/applications/${id}`, { method: 'DELETE' }).catch(() => undefined);
      const isGone = async () => ((await server.ask('/v1/applications').catch(() => [])) ?? []).length === 0;
      for (let tries = 0; tries < 50 && !(await isGone()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Stops what still runs; the folder goes unless it is worth a look. */
  async end(keep) {
    for (const server of this.servers.toReversed()) await server.stop();
    if (keep) console.log(`state and logs stay in ${this.dir}`);
    else rmSync(this.dir, { recursive: true, force: true });
  }
}

class Server {
  constructor(plane, home, port) {
    this.plane = plane;
    this.home = home;
    this.url = `https://127.0.0.1:${port}`;
    for (const part of ['bin', 'etc']) cpSync(join(plane.release, part), join(home, part), { recursive: true, verbatimSymlinks: true });
    appendFileSync(
      join(home, 'etc/org.apache.brooklyn.osgilauncher.cfg'),
      `\nhighAvailabilityMode=AUTO\npersistMode=AUTO\npersistenceDir=${plane.shared}\n`,
    );
    appendFileSync(
      join(home, 'etc/org.ops4j.pax.web.cfg'),
      `\norg.osgi.service.http.port.secure=${port}\norg.ops4j.pax.web.listening.addresses=127.0.0.1\n`,
    );
  }

  async start() {
    await run(join(this.home, 'bin/start'), [], { cwd: this.home, timeout: START_MS });
  }

  async stop() {
    try {
      // One that a failed check left frozen would not hear that it is to stop.
      this.signal('SIGCONT');
    } catch {
      // It does not run.
    }
    await run(join(this.home, 'bin/stop'), [], { cwd: this.home, timeout: START_MS }).catch(() => undefined);
  }

  /** As the page of the documentation has it: `kill -9 $(cat pid.txt)`. */
  kill() {
    this.signal('SIGKILL');
  }

  signal(name) {
    process.kill(Number(readFileSync(join(this.home, 'pid.txt'), 'utf8')), name);
  }

  /** The body of an answer, as JSON where it is that; an error when the answer is not a good one. */
  async ask(path, { method = 'GET', body, type } = {}) {
    const { status, text } = await this.#send(path, method, body, type);
    if (status < 200 || status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`);
    return text === '' ? null : JSON.parse(text);
  }

  #send(path, method, body, type) {
    const { plane } = this;
    return new Promise((resolve, reject) => {
      const headers = { accept: 'application/json', ...(type ? { 'content-type': type } : {}) };
      const options = { method, headers, ca: plane.authority(), auth: `admin:${plane.password()}`, agent: false, signal: AbortSignal.timeout(ASK_MS) };
      const request = https.request(new URL(path, this.url), options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, text }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  async untilState(word) {
    await until(`${this.url} is ${word}`, START_MS, async () => (await this.ask('/v1/server/ha/state').catch(() => '')) === word);
  }

  async id() {
    return (await this.ask('/ha/cluster')).own;
  }
}

async function freePort() {
  const probe = createServer();
  await new Promise((ready) => probe.listen(0, '127.0.0.1', ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}
