import { describe, expect, it } from 'vitest';

import { heard, missed, NOTHING, type Memory } from '../src/follow/memory';
import { AT, changed, memoryOf, scene } from './scene';

const words = (memory: Memory) => memory.timeline.map((moment) => moment.words);
const opened = memoryOf('standby');
const standby = scene('standby');
const gone = changed(standby, { master: null, masterUri: null }, { brownA01: { master: false, role: 'FAILED', why: 'silent for 3 s' } });
const claiming = changed(gone, { role: 'INITIALIZING' }, { brownB01: { role: 'INITIALIZING', why: 'claiming term 4: no beat' } });
const taken = changed(
  gone,
  { role: 'MASTER', term: 4, master: 'brownB01', masterUri: 'https://10.0.0.2:8443/' },
  { brownB01: { role: 'MASTER', master: true, term: 4 } },
);

describe('the timeline', () => {
  it('begins with what the server was before, then the present', () => {
    expect(words(opened)).toEqual(['term 3: brownA01 is master', 'this server became a hot standby', 'this server was starting or loading']);
  });

  it('tells a takeover in its steps, and how long nobody was master', () => {
    let memory = heard(opened, standby, AT + 1000);
    memory = heard(memory, gone, AT + 2000);
    memory = heard(memory, claiming, AT + 3000);
    memory = heard(memory, taken, AT + 4000);
    expect(words(memory).slice(0, 4)).toEqual([
      'term 4: brownB01 is master, after at most 3.0 s without a master',
      'term 4 is being claimed by brownB01: no beat',
      'brownA01 is no longer master',
      'brownA01 failed: silent for 3 s',
    ]);
    expect(memory.timeline[0]).toMatchObject({ loud: true, at: AT + 4000 });
    expect(memory.termSeen).toBe(4);
  });

  it('says nothing while nothing changes, and keys never repeat', () => {
    const memory = heard(heard(opened, standby, AT + 1000), standby, AT + 2000);
    expect(memory.timeline).toEqual(opened.timeline);
    const keys = heard(memory, taken, AT + 3000).timeline.map((moment) => moment.n);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells silence once, and when it ends', () => {
    let memory = missed(opened, 'x', AT + 1000, AT + 1100);
    expect(memory.silentSince).toBeNull();
    memory = missed(memory, 'x', AT + 2000, AT + 3000);
    memory = missed(memory, 'y', AT + 3000, AT + 4000);
    expect(words(memory)[0]).toBe('no answer from this server');
    expect(words(memory)[1]).toBe('term 3: brownA01 is master');
    expect(memory.silentWhy).toBe('y');
    memory = heard(memory, standby, AT + 5000);
    expect(words(memory)[0]).toBe('this server answers again, after 4 s');
    expect(memory.silentSince).toBeNull();
  });

  it('tells troubles of the store, damage, servers that join and that are removed', () => {
    const third = { ...scene('master').nodes[2], id: 'brownC01', role: 'HOT_STANDBY', own: false } as (typeof standby.nodes)[number];
    const more = { ...standby, nodes: [...standby.nodes, third], storeTrouble: 'no answer', damage: [{ file: 'log/7', what: 'torn' }] };
    const memory = heard(opened, more, AT + 1000);
    expect(words(memory).slice(0, 3)).toEqual([
      'log/7 is damaged. Torn.',
      'the store is in trouble: no answer',
      'brownC01 joined as a hot standby',
    ]);
    expect(words(heard(memory, standby, AT + 2000)).slice(0, 2)).toEqual(['the store answers again', 'brownC01 was removed from the plane']);
  });

  it('ignores an older term, and stays bounded', () => {
    const newer = heard(opened, taken, AT + 1000);
    const older = heard(newer, standby, AT + 2000);
    expect(words(older)).toEqual(words(newer));
    expect(older.termSeen).toBe(4);
    let memory = opened;
    for (let i = 0; i < 200; i += 1) memory = heard(memory, i % 2 === 0 ? { ...standby, storeTrouble: 'x' } : standby, AT + i * 1000);
    expect(memory.timeline.length).toBe(50);
  });

  it('knows a server that never answered as silent at once', () => {
    expect(missed(NOTHING, 'x', AT, AT + 10).silentSince).toBe(AT);
  });
});
