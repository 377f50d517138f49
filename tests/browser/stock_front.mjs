// What stands before a plane for pages that come with their own files: those from an archive, and the plane's API.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.png': 'image/png', '.gif': 'image/gif', '.ico': 'image/x-icon' };

export class Front {
  /** Requests that the plane refused, one a line. */
  refused = [];
  asks = 0;
  #seen = new Set();

  static async open(archive, plane, server) {
    const front = new Front();
    front.dir = mkdtempSync(join(tmpdir(), 'brownstone-stock-'));
    // A war is a zip; Python is there for other tests.
    execFileSync('python3', ['-m', 'zipfile', '-e', archive, front.dir]);
    front.plane = plane;
    front.server = server;
    front.http = http.createServer((request, response) => (request.url.startsWith('/v1/') ? front.#pass(request, response) : front.#file(request, response)));
    await new Promise((ready) => front.http.listen(0, '127.0.0.1', ready));
    front.url = `http://127.0.0.1:${front.http.address().port}`;
    return front;
  }

  /** Whether the plane was asked for this, and did not refuse it. */
  asked(what) {
    return this.#seen.has(what);
  }

  #pass(request, response) {
    const { plane, server } = this;
    const options = { method: request.method, headers: request.headers, ca: plane.authority(), auth: `admin:${plane.password()}` };
    const onward = https.request(new URL(request.url, server.url), options, (answer) => {
      const what = `${request.method} ${request.url}`;
      this.asks += 1;
      if (answer.statusCode >= 400) this.refused.push(`${what}: ${answer.statusCode}`);
      else this.#seen.add(what);
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', (error) => {
      this.refused.push(`${request.method} ${request.url}: ${error.message}`);
      response.destroy();
    });
    request.pipe(onward);
  }

  #file(request, response) {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://front').pathname));
    try {
      const bytes = readFileSync(join(this.dir, path === '/' ? 'index.html' : path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/html' });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  close() {
    this.http.closeAllConnections();
    this.http.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
