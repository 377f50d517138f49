// Drives the console in a real Chromium against two real servers, through a kill -9; then Apache Brooklyn's own.
//
//   BROWNSTONE_RELEASE=FOLDER   an unpacked release (default: target/dist/brownstone)
//   BROWNSTONE_PICTURES=FOLDER  where the pictures go (default: a new temporary one)
//   CHROMIUM=PROGRAM            (default: /usr/bin/chromium)
//
// The last line is `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Plane } from './plane.mjs';
import { driveStock } from './stock.mjs';
import { Tally } from './tally.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const release = process.env.BROWNSTONE_RELEASE ?? join(root, 'target/dist/brownstone');
const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const tally = new Tally();

function missing() {
  if (!existsSync(program)) return `${program} is not installed (Debian package chromium)`;
  if (!existsSync(join(root, 'console/node_modules/playwright-core'))) return 'console/node_modules is missing (npm ci --ignore-scripts in console/)';
  if (!existsSync(join(release, 'bin/start'))) return `${release} is no unpacked release (cargo xtask dist)`;
  return null;
}

async function drive() {
  const { Browser } = await import('./pages.mjs');
  const { claims } = await import('./journey.mjs');
  const plane = new Plane(release);
  let browser;
  const end = async () => {
    await browser?.close().catch(() => undefined);
    await plane.stopApplications();
    await plane.end(tally.failed > 0);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void end().then(() => process.exit(1)));
  }
  try {
    const isUp = await tally.check('two servers over one folder come up as master and hot standby', async () => {
      await (await plane.add('one')).untilState('MASTER');
      await (await plane.add('two')).untilState('HOT_STANDBY');
      browser = await Browser.open(program);
    });
    let goesOn = isUp;
    for (const [claim, prove] of isUp ? claims(plane, browser, join(root, 'examples/hello.yaml')) : []) {
      if (!goesOn) {
        tally.skip(claim, 'an earlier step failed');
        continue;
      }
      goesOn = await tally.check(claim, prove);
      if (!goesOn) await browser.evidence();
    }
    if (browser) console.log(`pictures are in ${browser.pictures}`);
  } finally {
    await end();
  }
}

const why = missing();
if (why) tally.skip('the console in a browser', why);
else {
  await drive();
  await driveStock(tally, release, program);
}
console.log(tally.line());
process.exit(tally.failed === 0 ? 0 : 1);
