// What the page remembers of the plane. Pure: each answer of the server, or its absence, makes the next memory.
import type { Cluster } from '../wire/cluster';
import { changes, opening, type Change } from '../words/change';
import { roleWords } from '../words/role';
import { seconds } from '../words/time';

export interface Moment extends Change {
  /** Counts up; a key that stays. */
  readonly n: number;
  readonly at: number;
}

export interface Memory {
  /** The newest answer; it stays while there is none. */
  readonly cluster: Cluster | null;
  /** When it came, by this browser's clock. */
  readonly answeredAt: number;
  /** The first of the questions that were not answered, once that has lasted. */
  readonly silentSince: number | null;
  readonly silentWhy: string;
  /** The first unanswered question, from its start on. */
  readonly missedSince: number | null;
  /** The highest term that was ever seen; it never falls. */
  readonly termSeen: number;
  /** When the last answer came that named a master, if the newest one does not. */
  readonly masterUntil: number | null;
  /** Newest first. */
  readonly timeline: readonly Moment[];
}

/** One lost answer is no news: this much silence is. */
const SILENCE_MS = 1500;
const MOMENTS_MAX = 50;
/** Of the server's own history, when the page opens. */
const EARLIER_MAX = 4;

export const NOTHING: Memory = {
  cluster: null,
  answeredAt: 0,
  silentSince: null,
  silentWhy: '',
  missedSince: null,
  termSeen: 0,
  masterUntil: null,
  timeline: [],
};

/** The server answered. */
export function heard(memory: Memory, next: Cluster, at: number): Memory {
  const before = memory.cluster;
  let timeline = memory.timeline;
  if (memory.silentSince !== null) {
    timeline = add(timeline, at, [
      { tone: 'ok', words: `this server answers again, after ${seconds(at - memory.silentSince)}`, loud: true },
    ]);
  }
  if (before) {
    // An older term is no news, it is a server that has not heard yet.
    const isOlder = next.term < memory.termSeen;
    const gap = memory.masterUntil === null ? null : at - memory.masterUntil;
    if (!isOlder) timeline = add(timeline, at, changes(before, next, gap));
  } else {
    timeline = add(earlier(next), at, [opening(next)]);
  }
  return {
    cluster: next,
    answeredAt: at,
    silentSince: null,
    silentWhy: '',
    missedSince: null,
    termSeen: Math.max(memory.termSeen, next.term),
    masterUntil: next.master ? null : (memory.masterUntil ?? (before?.master ? memory.answeredAt : null)),
    timeline,
  };
}

/** It did not, when asked at `since`; it is `at` now. */
export function missed(memory: Memory, why: string, since: number, at: number): Memory {
  const missedSince = memory.missedSince ?? since;
  if (memory.silentSince !== null) return { ...memory, silentWhy: why };
  if (at - missedSince < SILENCE_MS && memory.cluster) return { ...memory, missedSince };
  return {
    ...memory,
    missedSince,
    silentSince: missedSince,
    silentWhy: why,
    timeline: add(memory.timeline, missedSince, [{ tone: 'err', words: 'no answer from this server', loud: true }]),
  };
}

/** What this server became before the page was opened. */
function earlier(cluster: Cluster): Moment[] {
  const skew = Date.now() - cluster.now;
  let timeline: readonly Moment[] = [];
  for (const { role, since } of cluster.history.slice(0, EARLIER_MAX).toReversed()) {
    const { became, tone } = roleWords(role);
    timeline = add(timeline, since + skew, [{ tone, words: `this server ${became}`, loud: false }]);
  }
  return [...timeline];
}

function add(timeline: readonly Moment[], at: number, news: readonly Change[]): readonly Moment[] {
  let n = timeline[0]?.n ?? 0;
  const fresh = news.map((change) => ({ ...change, at, n: ++n }));
  return [...fresh.toReversed(), ...timeline].slice(0, MOMENTS_MAX);
}
