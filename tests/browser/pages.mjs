// The browser, and what a person does with the console in it: by role and label, never by class or place.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The console's lock file has the one version of it.
const { chromium } = createRequire(new URL('../../console/package.json', import.meta.url))('playwright-core');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export class Browser {
  /** What no page may do, found on any of them. */
  complaints = [];

  static async open(program) {
    const browser = new Browser();
    browser.pictures = process.env.BROWNSTONE_PICTURES ?? mkdtempSync(join(tmpdir(), 'brownstone-pictures-'));
    mkdirSync(browser.pictures, { recursive: true });
    browser.chromium = await chromium.launch({ executablePath: program, args: FLAGS });
    // The plane's own authority is not one that the browser knows, as for a user who clicks through the warning.
    browser.context = await browser.chromium.newContext({ ignoreHTTPSErrors: true, colorScheme: 'light', viewport: { width: 1280, height: 860 } });
    return browser;
  }

  async page(url) {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`an error in the page: ${error.message}`));
    page.on('console', (message) => {
      const words = message.text();
      // Servers are killed and passwords are wrong here; the browser notes both.
      if (message.type() === 'error' && !words.startsWith('Failed to load resource')) this.complaints.push(words);
    });
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol !== 'blob:' && hostname !== '127.0.0.1') this.complaints.push(`asked another host: ${request.url()}`);
    });
    await page.goto(url);
    return page;
  }

  async picture(page, name) {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(this.pictures, `${name}-${colorScheme}.png`), fullPage: true, animations: 'disabled' });
    }
  }

  /** What every open page showed when something went wrong. */
  async evidence() {
    for (const [n, page] of this.context.pages().entries()) {
      await page.screenshot({ path: join(this.pictures, `failed-${n}.png`), fullPage: true }).catch(() => undefined);
      const text = await page.locator('body').innerText().catch(() => 'no text');
      console.log(`--- ${page.url()}\n${text}\n---`);
    }
  }

  async close() {
    await this.chromium?.close();
  }
}

/** With the keyboard alone: the first field has the focus. */
export async function logIn(page, password) {
  await page.getByRole('heading', { name: 'Log in to Brownstone' }).waitFor();
  await page.getByLabel('User').fill('admin');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

export async function headline(page, words, limitMs = 5000) {
  await page.getByRole('heading', { level: 1, name: words }).waitFor({ timeout: limitMs });
}

/** The lines of "What changed", newest first. */
export function timeline(page) {
  return page.getByRole('log').getByRole('listitem').allInnerTexts();
}
