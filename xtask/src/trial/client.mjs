// Carries out HTTPS requests for `cargo xtask try`. Each line on standard input is one request as JSON, each line on
// standard output its answer. Node is there anyway (it builds the console), and so xtask needs no TLS of its own.
import https from 'node:https';
import readline from 'node:readline';

const MILLIS_MAX = 5000;
const BYTES_MAX = 1 << 20;

function ask({ method, url, ca, auth, type, body }) {
  return new Promise((resolve) => {
    const fail = (error) => resolve({ error: error.message || String(error) });
    const headers = { accept: 'application/json' };
    if (type) headers['content-type'] = type;
    try {
      const options = { method, ca, auth, headers, agent: false, signal: AbortSignal.timeout(MILLIS_MAX) };
      const request = https.request(url, options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => {
          text += part;
          if (text.length > BYTES_MAX) response.destroy(new Error('the answer is too long'));
        });
        response.on('end', () => resolve({ status: response.statusCode, body: text }));
        response.on('error', fail);
      });
      request.on('error', fail);
      request.end(body);
    } catch (error) {
      fail(error);
    }
  });
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await ask(JSON.parse(line)))}\n`);
}
