// Roles in words. The wire's own word is always shown beside ours, because scripts and colleagues use it.
import type { Node, Role } from '../wire/cluster';
import { plural } from './time';
import type { Tone } from './tone';

interface Words {
  /** What it is, in a sentence: "this server is ...". */
  readonly noun: string;
  /** What it does, for a table. */
  readonly does: string;
  /** What happened when it became so: "this server ...". */
  readonly became: string;
  readonly tone: Tone;
}

const WORDS: Readonly<Record<Role, Words>> = {
  MASTER: { noun: 'the master', does: 'manages', became: 'became master', tone: 'ok' },
  HOT_STANDBY: { noun: 'a hot standby', does: 'follows, ready to take over', became: 'became a hot standby', tone: 'ok' },
  STANDBY: { noun: 'a cold standby', does: 'may take over, holds no state until then', became: 'became a cold standby', tone: 'ok' },
  HOT_BACKUP: { noun: 'a hot backup', does: 'follows, never takes over', became: 'became a hot backup', tone: 'ok' },
  SUSPENDED: { noun: 'a suspended master', does: 'suspended, writes wait', became: 'was suspended', tone: 'err' },
  INITIALIZING: { noun: 'not ready yet', does: 'starting or loading', became: 'was starting or loading', tone: 'prog' },
  FAILED: { noun: 'failed', does: 'cannot serve', became: 'failed', tone: 'err' },
  TERMINATED: { noun: 'ended', does: 'has ended', became: 'has ended', tone: 'off' },
};

export function roleWords(role: Role): Words {
  return WORDS[role];
}

/** Whether a server in this role takes part in the next election. */
export function mayTakeOver(role: Role): boolean {
  return role === 'HOT_STANDBY' || role === 'STANDBY';
}

export interface Claim {
  readonly term: number;
  readonly by: string;
  readonly own: boolean;
  readonly why: string;
}

/** Who is on the way to be master. A node says so in its `why`: "claiming term 4: the master's process ended". */
export function claimOf(nodes: readonly Node[]): Claim | null {
  const claims = nodes.flatMap((node) => {
    const said = /^claiming term (\d+)(?:: (.*))?$/s.exec(node.why);
    return said && node.role === 'INITIALIZING'
      ? [{ term: Number(said[1]), by: node.id, own: node.own, why: said[2] ?? '' }]
      : [];
  });
  // Two may have tried: the higher term is the one that counts.
  return claims.toSorted((a, b) => b.term - a.term)[0] ?? null;
}

/** How old a node's newest beat is, by the clock of the server that answers. */
export function beatAge(node: Node, now: number): number {
  return Math.max(0, now - node.seenAt);
}

/** How far a node that follows is behind. It was that far at its last beat, so by now it is that far at most. */
export function lagWords(node: Node): string {
  if (node.lag === 0) return 'up to date';
  const most = node.own ? '' : 'at most ';
  return `${most}${plural(node.lag, 'record')} behind`;
}
