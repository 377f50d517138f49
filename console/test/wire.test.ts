import { afterEach, describe, expect, it, vi } from 'vitest';

import { reasons, scenes } from '../dev/scenes.mjs';
import { readApplications, readProblems } from '../src/wire/applications';
import { ask } from '../src/wire/ask';
import { readCluster, safeUri } from '../src/wire/cluster';
import { basic, signIn } from '../src/wire/session';

afterEach(() => vi.unstubAllGlobals());

/** A server that gives these answers, one after the other, and notes what it was asked. */
function answers(...all: (Response | Error)[]): RequestInit[] {
  const asked: RequestInit[] = [];
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    asked.push(init);
    const next = all.shift() ?? new Error('asked too often');
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
  return asked;
}

describe('what comes from outside', () => {
  it('is read field by field, and an answer of something else is none', () => {
    expect(readCluster({ role: 'MASTER' })).toMatchObject({ nodes: [], damage: [], term: 0, plane: null });
    for (const other of [null, 7, 'MASTER', [], {}, { role: 'KING' }]) expect(readCluster(other)).toBeNull();
    expect(readCluster({ role: 'MASTER', nodes: [null, { id: 'x' }, { id: 'y', role: 'STANDBY' }] })?.nodes.length).toBe(1);
  });

  it('becomes a link only when it is the address of a page', () => {
    expect(safeUri('https://10.0.0.1:8443/')).toBe('https://10.0.0.1:8443/');
    for (const bad of ['javascript:alert(1)', 'https://', '', null, 'file:///etc/passwd']) expect(safeUri(bad)).toBeNull();
  });

  it('has applications as trees, and reasons for what burns', () => {
    const apps = readApplications(scenes['master']?.applications);
    expect(apps?.map((app) => [app.name, app.state, app.children.length])).toContainEqual(['Shop', 'ON_FIRE', 3]);
    expect(readApplications({})).toBeNull();
    expect(readProblems(reasons).get('w7n1p3s8vd')).toEqual(['launch.command ended with 127: "java: not found"']);
  });
});

describe('asking', () => {
  it('tells a login, a refusal, silence and nonsense apart', async () => {
    answers(
      new Response('Authorization required', { status: 401 }),
      Response.json({ message: 'only on the master', error: 403 }, { status: 403 }),
      new TypeError('Failed to fetch'),
      new Response('<html>a proxy</html>'),
      new Response(null, { status: 204 }),
    );
    expect((await ask('/a')).kind).toBe('login');
    expect(await ask('/a')).toMatchObject({ kind: 'refused', status: 403, message: 'only on the master' });
    expect(await ask('/a')).toEqual({ kind: 'silent', why: 'the connection failed' });
    expect(await ask('/a')).toMatchObject({ kind: 'silent', why: expect.stringContaining('not JSON') });
    expect(await ask('/a')).toMatchObject({ kind: 'ok', body: null });
  });

  it('gives up at its limit', async () => {
    vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new DOMException('x', 'AbortError')))),
    );
    expect(await ask('/a', {}, 20)).toEqual({ kind: 'silent', why: 'no answer within 0.02 s' });
  });
});

describe('signing in', () => {
  it('sends the password once, asks for a session, and checks that the cookie came back', async () => {
    const asked = answers(Response.json('admin'), Response.json('admin'));
    expect(await signIn('admin', 'pässword')).toEqual({ done: true });
    const sent = asked.map((init) => new Headers(init.headers));
    expect(sent.map((headers) => headers.has('Authorization'))).toEqual([true, false]);
    expect(sent[0]?.get('Authorization')).toBe(basic('admin', 'pässword'));
    expect(sent[0]?.get('X-Csrf-Token-Required-For-Requests')).toBe('write');
    expect(sent[0]?.get('X-Requested-With')).toBe('XMLHttpRequest');
    expect(basic('ä', 'b')).toBe('Basic w6Q6Yg==');
  });

  it('says what is wrong, and never the password', async () => {
    answers(new Response('Authentication failed', { status: 401 }));
    expect(await signIn('admin', 'xyzzy')).toEqual({ done: false, why: 'User and password do not match.' });
    answers(new Response('', { status: 429, headers: { 'Retry-After': '7' } }));
    expect(await signIn('admin', 'xyzzy')).toEqual({ done: false, why: 'Too many wrong passwords. Try again in 7 s.' });
    answers(new TypeError('xyzzy'));
    expect(JSON.stringify(await signIn('admin', 'xyzzy'))).not.toContain('xyzzy');
    answers(Response.json('admin'), new Response('', { status: 401 }));
    expect(await signIn('admin', 'xyzzy')).toMatchObject({ why: expect.stringContaining('kept no cookie') });
  });
});
