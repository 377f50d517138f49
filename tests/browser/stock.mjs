// Apache Brooklyn's own console in a real browser: its last release as one file, 0.12.0, as Maven has it. Its pages know
// nothing of Brownstone; whoever changes from Brooklyn may keep them in front of the new plane.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Browser } from './pages.mjs';
import { Plane } from './plane.mjs';
import { Front } from './stock_front.mjs';
import { expect, until } from './tally.mjs';

const run = promisify(execFile);
const ARTIFACT = 'org.apache.brooklyn:brooklyn-jsgui:0.12.0:war';
const ARCHIVE = join(homedir(), '.m2/repository/org/apache/brooklyn/brooklyn-jsgui/0.12.0/brooklyn-jsgui-0.12.0.war');
const FETCH_MS = 120_000;
const PAGE_MS = 15_000;

const BLUEPRINT = `name: kept alive
location: localhost
services:
- type: org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess
  name: sleeper
  brooklyn.config:
    launch.command: sleep 1000 & echo $! > $PID_FILE
  brooklyn.policies:
  - type: org.apache.brooklyn.policy.ha.ServiceRestarter
`;

/** All that is checked of it. */
export async function driveStock(tally, release, program) {
  if (!(await isThere())) return tally.skip("Brooklyn's own console", `${ARTIFACT} cannot be had from Maven`);
  const plane = new Plane(release);
  let [browser, front] = [];
  try {
    const server = await plane.add('stock');
    await server.untilState('MASTER');
    front = await Front.open(ARCHIVE, plane, server);
    browser = await Browser.open(program);
    // Its pages load a font and a map of other hosts.
    await browser.context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());
    for (const [claim, prove] of claims(server, browser, front)) {
      if (!(await tally.check(`Brooklyn's own console: ${claim}`, prove))) return await browser.evidence();
    }
  } finally {
    await browser?.close().catch(() => undefined);
    front?.close();
    await plane.stopApplications();
    await plane.end(tally.failed > 0);
  }
}

async function isThere() {
  if (!existsSync(ARCHIVE)) await run('mvn', ['-q', '-B', 'dependency:get', `-Dartifact=${ARTIFACT}`, '-Dtransitive=false'], { timeout: FETCH_MS }).catch(() => undefined);
  return existsSync(ARCHIVE);
}

function claims(server, browser, front) {
  let app;
  let entity;
  // A hash alone loads nothing anew: each claim has a page of its own.
  const open = async (hash) => {
    const page = await browser.page('about:blank');
    page.setDefaultTimeout(PAGE_MS);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${front.url}/${hash}`);
    return page;
  };
  const of = (id, tab) => `#v1/applications/${app}/entities/${id}/${tab}`;
  // What other tabs hold is in the page as well, and hidden.
  const shown = (page, word) => page.getByText(word).filter({ visible: true }).first();
  const has = (page, ...words) => Promise.all(words.map((word) => shown(page, word).waitFor()));
  const found = async () => (await server.ask('/v1/applications/fetch'))[0];
  return [
    [
      'an application is deployed with its composer',
      async () => {
        const page = await open(`#v1/editor/app/_/${encodeURIComponent(BLUEPRINT)}`);
        await page.locator('#button-run').first().click();
        await until('it is there', PAGE_MS, async () => (app = (await found())?.id));
        await until('it runs', PAGE_MS, async () => (await found()).serviceState === 'RUNNING');
        entity = (await found()).children[0].id;
        await page.close();
      },
    ],
    [
      'home counts applications and names the server',
      async () => {
        const page = await open('#v1/home');
        await has(page, 'kept alive', 'RUNNING', await server.id(), 'MASTER');
        await page.locator('#reload-brooklyn-properties').click();
        await page.locator('#clear-ha-node-records').click();
        await until('both were asked for', PAGE_MS, () => front.asked('POST /v1/server/properties/reload') && front.asked('POST /v1/server/ha/states/clear'));
        await browser.picture(page, 'stock-home');
        await page.close();
      },
    ],
    [
      'every tab of an entity shows what there is',
      async () => {
        for (const [tab, ...words] of [
          ['summary', 'VanillaSoftwareProcess', 'RUNNING'],
          ['sensors', 'service.isUp', 'service.state'],
          ['effectors', 'restart', 'populateServiceNotUpDiagnostics'],
          ['policies', 'Service Restarter'],
          ['activities', 'start'],
          ['advanced', 'Expunge'],
        ]) {
          const page = await open(of(entity, tab));
          await has(page, ...words);
          await page.close();
        }
      },
    ],
    [
      'an effector is invoked, and its activity told',
      async () => {
        const page = await open(of(entity, 'effectors'));
        await page.locator('tr', { has: page.getByText('restart', { exact: true }) }).locator('.show-effector-modal').click();
        await page.locator('.invoke-effector').click();
        const done = async () => (await server.ask(`/v1/applications/${app}/entities/${entity}/activities`)).find((task) => task.displayName === 'restart')?.currentStatus === 'Completed';
        await until('it is done', PAGE_MS, done);
        await page.goto(`${front.url}/${of(entity, 'activities')}`);
        await shown(page, 'restart').click();
        await has(page, 'Invoking effector restart');
        await page.close();
      },
    ],
    [
      'a policy is suspended and resumed',
      async () => {
        const page = await open(of(entity, 'policies'));
        const state = async () => (await server.ask(`/v1/applications/${app}/entities/${entity}/policies`))[0].state;
        await page.locator('.policy-stop').click();
        await until('it is suspended', PAGE_MS, async () => (await state()) === 'STOPPED');
        await page.locator('.policy-start').click();
        await until('it runs again', PAGE_MS, async () => (await state()) === 'RUNNING');
        await page.close();
      },
    ],
    [
      'the catalog tells of its items',
      async () => {
        const page = await open('#v1/catalog');
        await shown(page, 'Entities').click();
        await shown(page, 'counter:1.0.0').click();
        await has(page, 'Configuration', 'default-catalog:1.0.0');
        await browser.picture(page, 'stock-catalog');
        await page.close();
      },
    ],
    [
      'nothing that its pages asked for was refused, and no page broke',
      async () => {
        expect(front.refused.length === 0, front.refused.join('\n'));
        const broken = browser.complaints.filter((words) => !words.startsWith('asked another host'));
        expect(broken.length === 0, broken.join('\n'));
        return `${front.asks} requests`;
      },
    ],
    [
      'an application is expunged',
      async () => {
        const page = await open(of(app, 'advanced'));
        await page.locator('#expunge').click();
        await page.locator('.modal .btn-danger, .modal .btn-info').last().click();
        await until('it is gone', PAGE_MS, async () => !(await found()));
        await page.close();
      },
    ],
  ];
}
