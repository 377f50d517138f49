import { describe, expect, it } from 'vitest';

import { scenes } from '../dev/scenes.mjs';
import { readApplications, type Entity } from '../src/wire/applications';
import { sentence } from '../src/words/sentence';
import { health, shortType, stateWords, worstFirst } from '../src/words/state';
import { clock, plural, span } from '../src/words/time';

const entity = (more: Partial<Entity>): Entity => ({ id: 'x', name: 'x', type: '', state: null, isUp: null, children: [], ...more });

describe('applications in words', () => {
  const apps = readApplications(scenes['master']?.applications) ?? [];

  it('stand worst first, equals by name', () => {
    expect(worstFirst(apps).map((app) => app.name)).toEqual(['Shop', 'Night jobs', 'Wiki']);
  });

  it('are as bad as the worst below them', () => {
    const hidden = entity({ name: 'z', state: 'RUNNING', isUp: true, children: [entity({ state: 'ON_FIRE' })] });
    expect(worstFirst([...apps, hidden]).map((app) => app.name).slice(0, 2)).toEqual(['Shop', 'z']);
  });

  it('count what is below them', () => {
    expect(worstFirst(apps).map(health)).toEqual(['3 entities: 1 running, 1 on fire, 1 starting', '1 entity: stopped', '2 entities: all running']);
    expect(health(entity({}))).toBe('no entities');
  });

  it('have a word for each state, known or not', () => {
    expect(stateWords(entity({ state: 'RUNNING', isUp: false }))).toEqual({ word: 'running, but not up', tone: 'warn' });
    expect(stateWords(entity({ state: 'NEW_THING' })).word).toBe('new thing');
    expect(stateWords(entity({ isUp: true })).word).toBe('up');
    expect(stateWords(entity({})).word).toBe('has no state');
    expect(shortType('org.apache.brooklyn.entity.stock.BasicEntity')).toBe('BasicEntity');
  });
});

describe('spans and sentences', () => {
  it('are short, with their unit', () => {
    expect([350, 9_949, 9_960, 119_000, 300_000, 10_000_000, 300_000_000, -5].map(span)).toEqual([
      '0.3 s', '9.9 s', '10 s', '119 s', '5 min', '2 h', '3 d', '0.0 s',
    ]);
    expect(clock(new Date(2026, 0, 1, 3, 4, 5).getTime())).toBe('03:04:05');
    expect([plural(1, 'record'), plural(2, 'entity', 'entities')]).toEqual(['1 record', '2 entities']);
  });

  it('end with one full stop', () => {
    expect([sentence('the store is full'), sentence('Really?'), sentence(' ')]).toEqual(['The store is full.', 'Really?', '']);
  });
});
