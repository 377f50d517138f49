// What changed between two looks at the plane: the lines of the timeline.
import type { Cluster, Node } from '../wire/cluster';
import { claimOf, roleWords } from './role';
import { sentence } from './sentence';
import { span } from './time';
import type { Tone } from './tone';

export interface Change {
  readonly tone: Tone;
  readonly words: string;
  /** Whether a screen reader interrupts for it. */
  readonly loud: boolean;
}

const quiet = (tone: Tone, words: string): Change => ({ tone, words, loud: false });
const loud = (tone: Tone, words: string): Change => ({ tone, words, loud: true });

/** The first answer. */
export function opening(next: Cluster): Change {
  if (next.master && find(next, next.master)?.role === 'SUSPENDED') {
    return quiet('err', `term ${next.term}: ${next.master} is master, but suspended`);
  }
  if (next.master) return quiet('ok', `term ${next.term}: ${next.master} is master`);
  const claim = claimOf(next.nodes);
  return claim ? claimed(claim.term, claim.by) : quiet('warn', `term ${next.term}: no server is master`);
}

/** `gapMs` is how long no server was master, as far as this page could see. */
export function changes(before: Cluster, next: Cluster, gapMs: number | null): Change[] {
  // Causes before what follows from them: a server ends, then another one is master.
  return [
    ...next.nodes.filter((node) => !node.own).flatMap((node) => peer(find(before, node.id), node)),
    ...mastery(before, next, gapMs),
    ...ownRole(before, next),
    ...before.nodes.filter((node) => !find(next, node.id)).map((node) => quiet('off', `${node.id} was removed from the plane`)),
    ...store(before, next),
  ];
}

function mastery(before: Cluster, next: Cluster, gapMs: number | null): Change[] {
  const found: Change[] = [];
  const claim = claimOf(next.nodes);
  const claimBefore = claimOf(before.nodes);
  if (claim && (claim.term !== claimBefore?.term || claim.by !== claimBefore.by)) {
    found.push(claimed(claim.term, claim.by, claim.why));
  }
  if (next.master && (next.master !== before.master || next.term > before.term)) {
    const gap = gapMs === null ? '' : `, after at most ${span(gapMs)} without a master`;
    found.push(loud('ok', `term ${next.term}: ${next.master} is master${gap}`));
  } else if (before.master && !next.master) {
    found.push(loud('warn', `${before.master} is no longer master`));
  }
  return found;
}

function claimed(term: number, by: string, why = ''): Change {
  return quiet('prog', `term ${term} is being claimed by ${by}${why === '' ? '' : `: ${why}`}`);
}

function ownRole(before: Cluster, next: Cluster): Change[] {
  const saidAlready = next.role === 'MASTER' && next.master === next.own && next.master !== before.master;
  const isClaim = next.role === 'INITIALIZING' && claimOf(next.nodes)?.own === true;
  if (before.role === next.role || saidAlready || isClaim) return [];
  const { became, tone } = roleWords(next.role);
  const why = next.why === '' ? '' : `: ${next.why}`;
  return [{ tone, words: `this server ${became}${why}`, loud: tone === 'err' }];
}

function peer(before: Node | undefined, next: Node): Change[] {
  const { noun, became, tone } = roleWords(next.role);
  if (!before) return [quiet(tone, `${next.id} joined as ${noun}`)];
  // Its claim and its mastery are told as such.
  if (before.role === next.role || next.role === 'MASTER' || claimOf([next])) return [];
  const why = next.why === '' ? '' : `: ${next.why}`;
  return [quiet(tone === 'ok' ? 'off' : tone, `${next.id} ${became}${why}`)];
}

function store(before: Cluster, next: Cluster): Change[] {
  const found: Change[] = [];
  if (next.storeTrouble !== '' && before.storeTrouble === '') {
    found.push(loud('err', `the store is in trouble: ${next.storeTrouble}`));
  }
  if (next.storeTrouble === '' && before.storeTrouble !== '') found.push(quiet('ok', 'the store answers again'));
  const known = new Set(before.damage.map((d) => d.file));
  for (const damage of next.damage.filter((d) => !known.has(d.file))) {
    found.push(loud('err', `${damage.file} is damaged. ${sentence(damage.what)}`));
  }
  return found;
}

function find(cluster: Cluster, id: string): Node | undefined {
  return cluster.nodes.find((node) => node.id === id);
}
