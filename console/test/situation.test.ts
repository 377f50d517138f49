import { describe, expect, it } from 'vitest';

import { missed } from '../src/follow/memory';
import { situation } from '../src/words/situation';
import { AT, changed, memoryOf, scene } from './scene';

const said = (name: string) => situation(memoryOf(name), AT);
const all = (name: string) => said(name).lines.join(' ');

describe('the master', () => {
  it('says that it runs in high availability mode, its term, and who would take over', () => {
    const { headline, tone } = said('master');
    expect([headline, tone]).toEqual(['This server is the high availability master', 'ok']);
    expect(all('master')).toContain('runs in high availability mode and manages the plane in term 3');
    expect(all('master')).toContain('brownB01 is ready to take over (at most 2 records behind)');
  });

  it('warns when it is alone, or when the other is cold or far behind', () => {
    expect(said('empty').tone).toBe('warn');
    expect(all('empty')).toContain('This plane has one server');
    const lines = (b: object) => {
      const cluster = changed(scene('master'), {}, { brownB01: b });
      return situation({ ...memoryOf('master'), cluster }, AT).lines.join(' ');
    };
    expect(lines({ role: 'STANDBY' })).toContain('must load the state first');
    expect(lines({ lag: 4000 })).toContain('may take over, but it is at most 4,000 records behind');
    expect(lines({ lag: 4000, seenAt: AT - 9000 })).toContain('is ready to take over');
    expect(lines({ role: 'FAILED' })).toContain('No other server can take over now');
    expect(lines({ role: 'HOT_BACKUP' })).toContain('No other server can take over now');
  });
});

describe('a server that is not the master', () => {
  it("gives Brooklyn's warning and a link to the master", () => {
    for (const name of ['standby', 'cold']) {
      const { headline, tone, lines, links } = said(name);
      expect([headline, tone]).toEqual(['This server is not the high availability master', 'warn']);
      expect(lines).toContain('It is recommended not to use this server directly.');
      expect(lines).toContain('Master server located at https://10.0.0.1:8443/');
      expect(links.map((link) => link.uri)).toEqual(['https://10.0.0.1:8443/']);
    }
    expect(all('standby')).toContain('read-only here, 2 records behind');
    expect(all('cold')).toContain('holds no state until it takes over');
  });

  it('says who claims which term while nobody is master', () => {
    expect(all('takeover')).toContain("term 4 is being claimed by brownB01 (the master's process ended)");
    expect(said('takeover').links).toEqual([]);
    expect(said('claiming').headline).toBe('This server is taking over: it claims term 4');
    expect(all('claiming')).toContain('no beat of brownA01 for 30 s');
  });

  it('says that the master is not known when nobody says so', () => {
    const cluster = changed(scene('standby'), { master: null, masterUri: null }, { brownA01: { master: false, role: 'FAILED' } });
    const { lines } = situation({ ...memoryOf('standby'), cluster }, AT);
    expect(lines[0]).toBe('The address of the master is not currently known. The newest term is 3.');
  });

  it('is not believed about an older term than was seen', () => {
    const { headline, tone } = situation({ ...memoryOf('standby'), termSeen: 4 }, AT);
    expect([headline, tone]).toEqual(['This server knows term 3 only; term 4 was seen already', 'warn']);
  });

  it('says that it is suspended, failed, starting or stopping, and why', () => {
    expect(said('suspended')).toMatchObject({ headline: 'This master is suspended', tone: 'err' });
    expect(all('suspended')).toContain('The store does not answer; writes are refused until it does.');
    expect(all('suspended')).toContain('30 s after the last beat');
    expect(said('failed')).toMatchObject({ headline: 'This server has failed', tone: 'err' });
    expect(all('failed')).toContain('has format 9');
    const as = (role: 'INITIALIZING' | 'TERMINATED') =>
      situation({ ...memoryOf('standby'), cluster: { ...scene('standby'), role, why: 'loading the state' } }, AT);
    expect(as('INITIALIZING')).toMatchObject({ headline: 'This server is starting', lines: expect.arrayContaining(['Loading the state.']) });
    expect(as('TERMINATED').headline).toBe('This server is stopping');
  });
});

describe('a server that does not answer', () => {
  it('is given a moment, then the page says for how long and where else to go', () => {
    const blip = missed(memoryOf('standby'), 'the connection failed', AT, AT + 800);
    expect(situation(blip, AT + 800).headline).toBe('This server is not the high availability master');
    const gone = missed(blip, 'the connection failed', AT + 900, AT + 4000);
    const { headline, tone, links } = situation(gone, AT + 4000);
    expect([headline, tone]).toEqual(['No answer from this server for 4 s; asking again', 'err']);
    expect(links).toEqual([{ node: 'brownA01', uri: 'https://10.0.0.1:8443/', note: 'https://10.0.0.1:8443/, the master' }]);
  });

  it('names the standbys when it was the master itself, and none that was stopped', () => {
    const gone = missed(memoryOf('master'), 'the connection failed', AT, AT + 2000);
    const { links, lines } = situation(gone, AT + 2000);
    expect(links.map((link) => link.node)).toEqual(['brownB01']);
    expect(lines.join(' ')).toContain('another server takes over');
  });
});
