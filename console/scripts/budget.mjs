// Weighs what was built. A page that is opened on a phone at night must stay light, and a dependency that doubles it
// should fail the build that brings it in.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KILO = 1024;
const LIMITS = { js: 150 * KILO, css: 25 * KILO };

const folder = new URL('../dist/assets/', import.meta.url);
const page = readFileSync(new URL('../dist/index.html', import.meta.url), 'utf8');
const sizes = { js: 0, css: 0 };
const problems = [];

for (const name of readdirSync(folder)) {
  const kind = name.split('.').at(-1);
  if (kind in sizes) sizes[kind] += gzipSync(readFileSync(new URL(name, folder))).length;
  if (!/-[\w-]{8,}\.\w+$/.test(name)) problems.push(`assets/${name} has no hash in its name, so browsers would keep an old one`);
}
for (const [kind, limit] of Object.entries(LIMITS)) {
  console.log(`${kind}: ${(sizes[kind] / KILO).toFixed(1)} KB gz of ${limit / KILO} KB`);
  if (sizes[kind] > limit) problems.push(`${kind} is over its budget by ${sizes[kind] - limit} bytes`);
}
if (/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i.test(page)) {
  problems.push('index.html has something inline, which the content security policy refuses');
}
if (/(?:src|href)="(?:https?:)?\/\//.test(page)) problems.push('index.html names another host');

for (const problem of problems) console.error(`problem: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
