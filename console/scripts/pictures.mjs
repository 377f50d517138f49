// Photographs every scene in light, dark and on a phone, for a person to look at: `npm run pictures -- FOLDER`.
// It also fails when the page says something to the browser's console or would scroll sideways.
import { createServer } from 'node:http';
import { mkdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { tmpdir } from 'node:os';

import { chromium } from 'playwright-core';

import { answer, POLICY } from '../dev/fixture.mjs';
import { scenes } from '../dev/scenes.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html' };
const dist = new URL('../dist/', import.meta.url);
const folder = process.argv[2] ?? join(tmpdir(), 'brownstone-pictures');
const only = process.argv[3];
mkdirSync(folder, { recursive: true });

const server = createServer((request, response) =>
  answer(request, response, () => {
    const path = new URL(request.url, 'http://fixture').pathname;
    const file = path.startsWith('/assets/') ? path.slice(1) : 'index.html';
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(new URL(file, dist)));
  }),
);
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

const views = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  narrow: { colorScheme: 'dark', viewport: { width: 320, height: 640 } },
};
let problems = 0;
const complain = (words) => {
  problems += 1;
  console.error(words);
};

for (const [name, scene] of Object.entries(scenes)) {
  if (only && only !== name) continue;
  for (const [view, options] of Object.entries(views)) {
    const page = await browser.newPage(options);
    page.on('pageerror', (error) => complain(`${name} ${view}: ${error.message}`));
    // A refused request is part of some scenes; anything else is ours.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complain(`${name} ${view}: ${message.text()}`);
    });
    if (scene.isDead) {
      // First it lives, then it does not.
      await page.goto(`${base}/?scene=standby`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.context().addCookies([{ name: 'SCENE', value: name, url: base }]);
      await page.getByText('No answer from this server for').first().waitFor();
    } else {
      await page.goto(`${base}/?scene=${name}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForTimeout(300);
    }
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overhang > 0) complain(`${name} ${view}: scrolls sideways by ${overhang} px`);
    await page.screenshot({ path: join(folder, `${name}-${view}.png`), fullPage: true });
    await page.close();
  }
}
await browser.close();
server.close();
console.log(folder);
process.exit(problems === 0 ? 0 : 1);
