import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

import { scenes } from '../dev/scenes.mjs';
import type { Picture } from '../src/follow/follower';
import { missed } from '../src/follow/memory';
import { readApplications } from '../src/wire/applications';
import { Page } from '../src/ui/App';
import { titleOf } from '../src/ui/title';
import { AT, memoryOf } from './scene';

function render(name: string, more: Partial<Picture> = {}): string {
  const applications = { list: readApplications(scenes[name]?.applications), problems: new Map(), answeredAt: AT, trouble: '' };
  const headers = { role: null, term: null, master: null };
  const picture: Picture = { memory: memoryOf(name), applications, access: 'open', wasOpen: true, headers, now: AT, ...more };
  return renderToStaticMarkup(<Page picture={picture} again={() => undefined} />);
}

describe('the page', () => {
  it('of each recorded state has one first heading, labelled parts and nothing inline', () => {
    for (const name of Object.keys(scenes).filter((key) => scenes[key]?.cluster)) {
      const html = render(name);
      expect(html.match(/<h1/g)?.length, name).toBe(1);
      expect(html, name).not.toMatch(/ style=|<script|javascript:|undefined|NaN/);
      for (const [, id] of html.matchAll(/aria-labelledby="([^"]+)"/g)) expect(html, name).toContain(`id="${id}"`);
    }
  });

  it('of a standby links to the master, and says that applications are read-only', () => {
    const html = render('standby');
    expect(html).toContain('href="https://10.0.0.1:8443/"');
    expect(html).toContain('read-only here');
  });

  it('names damage by file and what may be missing', () => {
    const html = render('damaged');
    expect(html).toContain('The store is damaged');
    expect(html).toContain('log/000000001017.json');
    expect(html).toContain('may be missing');
  });

  it('keeps foreign text as text', () => {
    const memory = memoryOf('failed');
    const cluster = memory.cluster && { ...memory.cluster, why: '<img src=x onerror=alert(1)>' };
    expect(render('failed', { memory: { ...memory, cluster } })).toContain('&lt;img');
  });

  it('asks for the login when there is none, and says which server this is', () => {
    const headers = { role: 'HOT_STANDBY', term: '3', master: 'https://10.0.0.1:8443/' };
    const html = render('standby', { access: 'login', headers });
    expect(html).toContain('Your session on this server has ended');
    expect(html).toMatch(/HOT_STANDBY.*The master is .*https:\/\/10\.0\.0\.1:8443\//);
    expect(html).toContain('autoComplete="current-password"');
    expect(render('standby', { access: 'forbidden' })).toContain('This user may not see the servers');
  });

  it('shows old values as old', () => {
    const memory = missed(memoryOf('standby'), 'the connection failed', AT, AT + 4000);
    const html = render('standby', { memory, now: AT + 4000 });
    expect(html).toContain('No answer from this server for 4 s; asking again');
    expect(html).toContain('stale');
    expect(html).toContain('4.3 s ago');
    expect(titleOf(memory)).toBe('◆ no answer · brownB01 · Brownstone');
    expect(titleOf(memoryOf('master'))).toBe('▼ MASTER · brownA01 · Brownstone');
  });
});
