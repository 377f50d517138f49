// `GET /ha/cluster`: who is who, as one server sees it. The shape is that of crates/api/src/cluster.rs.
import { count, fields, list, text, word, type Fields } from './read';

export const ROLES = [
  'INITIALIZING',
  'STANDBY',
  'HOT_STANDBY',
  'HOT_BACKUP',
  'MASTER',
  'SUSPENDED',
  'FAILED',
  'TERMINATED',
] as const;
export type Role = (typeof ROLES)[number];

export interface Node {
  readonly id: string;
  readonly uri: string;
  readonly role: Role;
  readonly term: number;
  readonly priority: number;
  readonly lag: number;
  /** The answering server's clock when it saw the last beat, epoch milliseconds. */
  readonly seenAt: number;
  readonly version: string;
  readonly host: string;
  readonly why: string;
  readonly own: boolean;
  readonly master: boolean;
}

export interface Damage {
  readonly file: string;
  readonly what: string;
}

export interface RoleChange {
  readonly role: Role;
  readonly since: number;
}

export interface Cluster {
  readonly plane: string | null;
  readonly own: string | null;
  readonly role: Role;
  readonly why: string;
  readonly term: number;
  readonly master: string | null;
  readonly masterUri: string | null;
  readonly applied: number;
  readonly lag: number;
  readonly nodes: readonly Node[];
  readonly damage: readonly Damage[];
  readonly storeTrouble: string;
  readonly history: readonly RoleChange[];
  readonly timeoutMs: number;
  /** The answering server's clock, epoch milliseconds. */
  readonly now: number;
}

/** Null when this is no answer of `/ha/cluster` at all. */
export function readCluster(value: unknown): Cluster | null {
  const found = fields(value);
  const role = found && readRole(found['role']);
  if (!found || !role) return null;
  const log = fields(found['log']) ?? {};
  return {
    plane: word(found['plane']),
    own: word(found['own']),
    role,
    why: text(found['why']),
    term: count(found['term']),
    master: word(found['master']),
    masterUri: safeUri(found['masterUri']),
    applied: count(log['applied']),
    lag: count(log['lag']),
    nodes: list(found['nodes'], readNode),
    damage: list(found['damage'], (d) => ({ file: text(d['file']), what: text(d['what']) })),
    storeTrouble: text(found['storeTrouble']),
    history: list(found['history'], (h) => {
      const was = readRole(h['role']);
      return was && { role: was, since: count(h['since']) };
    }),
    timeoutMs: count(found['timeoutMs']),
    now: count(found['now']),
  };
}

export function readRole(value: unknown): Role | null {
  return ROLES.find((role) => role === value) ?? null;
}

function readNode(node: Fields): Node | null {
  const id = word(node['id']);
  const role = readRole(node['role']);
  if (!id || !role) return null;
  return {
    id,
    uri: safeUri(node['uri']) ?? '',
    role,
    term: count(node['term']),
    priority: count(node['priority']),
    lag: count(node['lag']),
    seenAt: count(node['seenAt']),
    version: text(node['version']),
    host: text(node['host']),
    why: text(node['why']),
    own: node['own'] === true,
    master: node['master'] === true,
  };
}

/** Addresses become links, so only those of web pages pass. */
export function safeUri(value: unknown): string | null {
  const uri = word(value);
  return uri && /^https?:\/\//i.test(uri) && URL.canParse(uri) ? uri : null;
}
