// What is the matter, in one headline and a few sentences: the cluster's JSON, or its absence, as a person says it.
import type { Cluster, Node } from '../wire/cluster';
import type { Memory } from '../follow/memory';
import { beatAge, claimOf, lagWords, mayTakeOver, roleWords } from './role';
import { sentence } from './sentence';
import { clock, plural, seconds } from './time';
import type { Tone } from './tone';

export interface Link {
  readonly node: string;
  readonly uri: string;
  /** What is known of the node there; empty when it is said elsewhere. */
  readonly note: string;
}

export interface Situation {
  readonly tone: Tone;
  readonly headline: string;
  readonly lines: readonly string[];
  /** Where to go from here, best first. */
  readonly links: readonly Link[];
}

/** Records behind, beyond which a standby would visibly take longer. */
const LAG_READY = 100;
/** Standbys beat rarely: what an older beat says of their lag is no reason to worry. */
const FRESH_MS = 1500;

export function situation(memory: Memory, now: number): Situation {
  const { cluster } = memory;
  if (memory.silentSince !== null) return unreachable(memory, cluster, now);
  if (!cluster) return { tone: 'prog', headline: 'Asking this server', lines: [], links: [] };
  if (cluster.term < memory.termSeen) {
    return {
      ...standby(cluster),
      tone: 'warn',
      headline: `This server knows term ${cluster.term} only; term ${memory.termSeen} was seen already`,
    };
  }
  switch (cluster.role) {
    case 'MASTER':
      return master(cluster);
    case 'HOT_STANDBY':
    case 'STANDBY':
    case 'HOT_BACKUP':
      return standby(cluster);
    case 'SUSPENDED':
      return suspended(cluster);
    case 'INITIALIZING':
      return initializing(cluster);
    case 'FAILED':
      return {
        tone: 'err',
        headline: 'This server has failed',
        lines: [sentence(cluster.why) || 'It does not say why; its log does.', 'It cannot take over, and what it shows may be old.', ...masterLines(cluster)],
        links: masterLinks(cluster),
      };
    case 'TERMINATED':
      return {
        tone: 'off',
        headline: 'This server is stopping',
        lines: [...reason(cluster), ...masterLines(cluster)],
        links: masterLinks(cluster),
      };
  }
}

function master(cluster: Cluster): Situation {
  const { tone, line } = protection(
    cluster.nodes.filter((node) => !node.own),
    cluster.now,
  );
  return {
    tone,
    headline: 'This server is the high availability master',
    lines: [`It runs in high availability mode and manages the plane in term ${cluster.term}.`, line, ...reason(cluster)],
    links: [],
  };
}

/** Whether this master can be lost. */
function protection(peers: readonly Node[], now: number): { tone: Tone; line: string } {
  const ready = peers.filter((node) => mayTakeOver(node.role));
  const hot = ready.filter((node) => node.role === 'HOT_STANDBY');
  const best = hot.toSorted((a, b) => b.priority - a.priority || a.lag - b.lag)[0];
  if (best && (best.lag <= LAG_READY || beatAge(best, now) > FRESH_MS)) {
    const more = ready.length > 1 ? `, and ${plural(ready.length - 1, 'more server')} may` : '';
    return { tone: 'ok', line: `${best.id} is ready to take over (${lagWords(best)})${more}.` };
  }
  if (best) return { tone: 'warn', line: `${best.id} may take over, but it is ${lagWords(best)}.` };
  const cold = ready[0];
  if (cold) return { tone: 'warn', line: `${cold.id} may take over, but it must load the state first.` };
  const line =
    peers.length === 0
      ? 'This plane has one server: if it stops, nothing is managed. Start a second one on the same store.'
      : 'No other server can take over now: if this one stops, nothing is managed.';
  return { tone: 'warn', line };
}

function standby(cluster: Cluster): Situation {
  const behind =
    cluster.role === 'STANDBY'
      ? 'This server holds no state until it takes over.'
      : cluster.lag === 0
        ? 'Applications are read-only here, and up to date.'
        : `Applications are read-only here, ${plural(cluster.lag, 'record')} behind.`;
  return {
    tone: 'warn',
    headline: 'This server is not the high availability master',
    lines: [...masterLines(cluster), behind, ...reason(cluster)],
    links: masterLinks(cluster),
  };
}

function suspended(cluster: Cluster): Situation {
  return {
    tone: 'err',
    headline: 'This master is suspended',
    lines: [
      sentence(cluster.why) || 'The store does not answer; writes are refused until it does.',
      'It resumes by itself. Until then, what you see may be old.',
      `A standby that reaches the store may take over ${seconds(cluster.timeoutMs)} after the last beat.`,
    ],
    links: others(cluster),
  };
}

function initializing(cluster: Cluster): Situation {
  const claim = claimOf(cluster.nodes);
  if (claim?.own) {
    return {
      tone: 'prog',
      headline: `This server is taking over: it claims term ${claim.term}`,
      lines: [...(claim.why === '' ? [] : [`Reason: ${sentence(claim.why, false)}`]), 'It is master as soon as the claim is proven and the state is complete.'],
      links: [],
    };
  }
  return {
    tone: 'prog',
    headline: 'This server is starting',
    lines: [sentence(cluster.why) || 'It reads the state of the plane.', ...masterLines(cluster)],
    links: masterLinks(cluster),
  };
}

function unreachable(memory: Memory, cluster: Cluster | null, now: number): Situation {
  const since = memory.silentSince ?? now;
  const lines = [];
  if (memory.silentWhy !== '') lines.push(sentence(memory.silentWhy));
  if (cluster) lines.push(`What is shown below is from ${clock(memory.answeredAt)}.`);
  const links = cluster ? others(cluster) : [];
  if (cluster?.master && cluster.master !== cluster.own) lines.push(`The master is ${cluster.master}, as far as this page knows.`);
  else if (links.length > 0) lines.push('If it has died, another server takes over. This page knows of:');
  return { tone: 'err', headline: `No answer from this server for ${seconds(now - since)}; asking again`, lines, links };
}

/** Who is master, seen from a server that is not. */
function masterLines(cluster: Cluster): string[] {
  if (cluster.masterUri && cluster.master !== cluster.own) {
    return ['It is recommended not to use this server directly.', `Master server located at ${cluster.masterUri}`];
  }
  const claim = claimOf(cluster.nodes);
  if (claim) {
    const why = claim.why === '' ? '' : ` (${claim.why})`;
    return [`No server is master at this moment: term ${claim.term} is being claimed by ${claim.own ? 'this server' : claim.by}${why}.`];
  }
  return [`The address of the master is not currently known. The newest term is ${cluster.term}.`];
}

function masterLinks(cluster: Cluster): Link[] {
  // Its address stands above, in Brooklyn's sentence.
  return others(cluster)
    .filter((link) => link.node === cluster.master)
    .map(({ node, uri }) => ({ node, uri, note: '' }));
}

/** The other servers that may be worth a look: the master first, those that ended not at all. */
function others(cluster: Cluster): Link[] {
  return cluster.nodes
    .filter((node) => !node.own && node.uri !== '' && node.role !== 'TERMINATED')
    .toSorted((a, b) => rank(a) - rank(b) || b.priority - a.priority)
    .map((node) => ({ node: node.id, uri: node.uri, note: `${node.uri}, ${roleWords(node.role).noun}` }));
}

function reason(cluster: Cluster): string[] {
  return cluster.why === '' ? [] : [sentence(cluster.why)];
}

function rank(node: Node): number {
  if (node.master) return 0;
  return mayTakeOver(node.role) ? 1 : 2;
}
