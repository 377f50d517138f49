// The states of what is managed, in words, and how bad they are.
import { flatten, type Entity } from '../wire/applications';
import { plural } from './time';
import type { Tone } from './tone';

interface Words {
  readonly word: string;
  readonly tone: Tone;
}

const STATES: Readonly<Record<string, Words>> = {
  ON_FIRE: { word: 'on fire', tone: 'err' },
  STARTING: { word: 'starting', tone: 'prog' },
  STOPPING: { word: 'stopping', tone: 'prog' },
  CREATED: { word: 'created, not started', tone: 'off' },
  STOPPED: { word: 'stopped', tone: 'off' },
  DESTROYED: { word: 'destroyed', tone: 'off' },
  RUNNING: { word: 'running', tone: 'ok' },
};

export function stateWords(entity: Entity): Words {
  const known = STATES[entity.state ?? ''];
  if (known?.tone === 'ok' && entity.isUp === false) return { word: 'running, but not up', tone: 'warn' };
  if (known) return known;
  if (entity.state !== null) return { word: entity.state.toLowerCase().replaceAll('_', ' '), tone: 'off' };
  if (entity.isUp === null) return { word: 'has no state', tone: 'off' };
  return entity.isUp ? { word: 'up', tone: 'ok' } : { word: 'not up', tone: 'warn' };
}

const WORST_FIRST: readonly Tone[] = ['err', 'warn', 'prog', 'off', 'ok'];

/** Trouble on top, equals by name: the order does not change while nothing does. */
export function worstFirst(applications: readonly Entity[]): Entity[] {
  const ranked = applications.map((app) => ({ app, worst: rank(app) }));
  return ranked
    .toSorted((a, b) => a.worst - b.worst || a.app.name.localeCompare(b.app.name) || a.app.id.localeCompare(b.app.id))
    .map(({ app }) => app);
}

function rank(app: Entity): number {
  return Math.min(...flatten(app).map((entity) => WORST_FIRST.indexOf(stateWords(entity).tone)));
}

/** What is below an application: "3 entities: 2 running, 1 on fire". */
export function health(app: Entity): string {
  const below = flatten(app).slice(1);
  if (below.length === 0) return 'no entities';
  const counts = new Map<string, number>();
  for (const entity of below) {
    const { word } = stateWords(entity);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = [...counts].map(([state, n]) => (counts.size === 1 ? (n === 1 ? state : `all ${state}`) : `${n} ${state}`));
  return `${plural(below.length, 'entity', 'entities')}: ${parts.join(', ')}`;
}

/** "VanillaSoftwareProcess" of "org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess". */
export function shortType(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}
