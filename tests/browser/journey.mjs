// What a person sees of a fail-over: each check builds on those before it.
import { readFileSync } from 'node:fs';

import { headline, logIn, timeline } from './pages.mjs';
import { expect, until } from './tally.mjs';

const MASTER = 'This server is the high availability master';
const STANDBY = 'This server is not the high availability master';
const SILENT = /No answer from this server for \d+ s; asking again/;
/** From the kill to the page that says so; the server itself needs about one second. */
const TAKEOVER_MS = 6000;

/** Claims with what proves them. `at` collects the pages and ids that later claims need. */
export function claims(plane, browser, yaml) {
  const [one, two] = plane.servers;
  const at = {};
  return [
    [
      'before login the page says what this server is, and a wrong password is refused with words',
      async () => {
        at.one = await browser.page(`${one.url}/`);
        await at.one.getByText('MASTER', { exact: true }).waitFor();
        await browser.picture(at.one, 'login');
        await logIn(at.one, 'not-the-password');
        await at.one.getByText('User and password do not match.').waitFor();
      },
    ],
    [
      'the master says that it runs in high availability mode, and shows both servers',
      async () => {
        await at.one.getByLabel('Password').fill('');
        await logIn(at.one, plane.password());
        await headline(at.one, MASTER);
        await at.one.getByText('It runs in high availability mode').waitFor();
        const { plane: id, own } = await one.ask('/ha/cluster');
        await at.one.getByText(id, { exact: true }).first().waitFor();
        const servers = at.one.getByRole('table', { name: 'Servers' });
        await servers.getByRole('row', { name: new RegExp(`${own}.*this server.*MASTER`) }).waitFor();
        await servers.getByRole('row', { name: /HOT_STANDBY/ }).waitFor();
        expect((await at.one.title()).startsWith('▼ MASTER'), `the title is ${await at.one.title()}`);
      },
    ],
    [
      'the password is kept nowhere in the browser',
      async () => {
        const kept = await at.one.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML, location.href]));
        expect(!kept.includes(plane.password()), 'it was found in storage, cookies, the page or the address');
      },
    ],
    [
      'an application that is deployed appears by itself, and runs',
      async () => {
        await at.one.getByText('No applications yet').waitFor();
        const task = await one.ask('/v1/applications', { method: 'POST', body: readFileSync(yaml, 'utf8'), type: 'application/x-yaml' });
        at.app = task.entityId;
        await at.one.getByText('1 entity: running').waitFor({ timeout: 30_000 });
        await browser.picture(at.one, 'master');
      },
    ],
    [
      'a standby warns that it is not the master, and shows the applications read-only',
      async () => {
        at.two = await browser.page(`${two.url}/`);
        await logIn(at.two, plane.password());
        await headline(at.two, STANDBY);
        await at.two.getByText(`Master server located at ${one.url}/`).waitFor();
        await at.two.getByText('1 application · read-only here').waitFor();
        await at.two.getByText('1 entity: running').waitFor();
        await browser.picture(at.two, 'standby');
      },
    ],
    [
      'its link leads to the same page on the master',
      async () => {
        const other = await browser.page(`${two.url}/apps?sort=worst`);
        await headline(other, STANDBY);
        await other.getByRole('link', { name: `Open this page on ${await one.id()}` }).click();
        await headline(other, MASTER);
        expect(other.url() === `${one.url}/apps?sort=worst`, `the link led to ${other.url()}`);
        await other.close();
      },
    ],
    [
      'after kill -9 of the master the open page of the standby becomes that of the master',
      async () => {
        // A page that was loaded again would have lost this.
        await at.two.evaluate(() => (window.stillHere = true));
        at.ids = { one: await one.id(), two: await two.id() };
        const began = Date.now();
        one.kill();
        await headline(at.two, MASTER, TAKEOVER_MS);
        const took = Date.now() - began;
        expect(await at.two.evaluate(() => window.stillHere === true), 'the page was loaded again');
        const { term } = await two.ask('/ha/cluster');
        const lines = await timeline(at.two);
        expect(lines.some((line) => line.includes(`term ${term}: ${at.ids.two} is master`)), `the timeline says:\n${lines.join('\n')}`);
        expect((await at.two.title()).startsWith('▼ MASTER'), `the title is ${await at.two.title()}`);
        return `seen after ${took} ms`;
      },
    ],
    [
      'the application still runs and is no longer read-only',
      async () => {
        await at.two.getByText('1 application', { exact: true }).waitFor();
        await at.two.getByText('1 entity: running').waitFor();
        await browser.picture(at.two, 'took-over');
      },
    ],
    [
      'the page of the dead server says so, keeps what it knew, and leads to the other one',
      async () => {
        await headline(at.one, SILENT);
        await at.one.getByText(/What is shown below is from \d\d:\d\d:\d\d/).waitFor();
        await browser.picture(at.one, 'dead');
        const other = await browser.context.newPage();
        const target = await at.one.getByRole('link', { name: `Open this page on ${at.ids.two}` }).getAttribute('href');
        await other.goto(target);
        await headline(other, MASTER);
        await other.close();
      },
    ],
    [
      'when the dead server is started again, its open page asks for the login and is a standby',
      async () => {
        await one.start();
        await at.one.getByText('Your session on this server has ended').waitFor({ timeout: 10_000 });
        await logIn(at.one, plane.password());
        await headline(at.one, STANDBY);
        const lines = await timeline(at.one);
        expect(lines.some((line) => line.includes('no answer from this server')), `the timeline says:\n${lines.join('\n')}`);
        await at.two.getByRole('row', { name: /HOT_STANDBY/ }).waitFor();
      },
    ],
    [
      'a server that hangs is told from one that answers, and back',
      async () => {
        one.signal('SIGSTOP');
        await headline(at.one, SILENT, 8000);
        await at.one.getByText('No answer within 2 s.').waitFor();
        one.signal('SIGCONT');
        await headline(at.one, STANDBY);
        const [newest] = await timeline(at.one);
        expect(newest.includes('this server answers again'), `the timeline begins with ${newest}`);
      },
    ],
    [
      'the colours can be chosen, and stay',
      async () => {
        const ground = () => at.two.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        await at.two.emulateMedia({ colorScheme: 'light' });
        const light = await ground();
        await at.two.getByRole('radio', { name: 'dark' }).check({ force: true });
        await until('dark', 1000, async () => (await ground()) !== light);
        const dark = await ground();
        await at.two.reload();
        await headline(at.two, MASTER);
        expect((await ground()) === dark, 'the choice was lost');
        await at.two.getByRole('radio', { name: 'system' }).check({ force: true });
      },
    ],
    [
      'at 320 px nothing scrolls sideways',
      async () => {
        for (const page of [at.one, at.two]) {
          await page.setViewportSize({ width: 320, height: 640 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          expect(over <= 0, `${over} px too wide`);
        }
        await browser.picture(at.two, 'phone');
      },
    ],
    [
      'what is deleted disappears, and logging out ends the session',
      async () => {
        await two.ask(`/v1/applications/${at.app}`, { method: 'DELETE' });
        await at.two.getByText('No applications yet').waitFor({ timeout: 20_000 });
        await at.two.getByRole('button', { name: 'Log out' }).click();
        await at.two.getByRole('heading', { name: 'Log in to Brownstone' }).waitFor();
        await at.two.reload();
        await at.two.getByRole('heading', { name: 'Log in to Brownstone' }).waitFor();
      },
    ],
    [
      'no page broke the content policy, threw, or asked another host',
      async () => expect(browser.complaints.length === 0, browser.complaints.join('\n')),
    ],
  ];
}
