// The tab says the role too: somebody with two servers in two tabs must not have to open them to tell which is which.
import failed from '../icons/failed.svg';
import masterMark from '../icons/master.svg';
import none from '../icons/none.svg';
import standbyMark from '../icons/standby.svg';
import type { Memory } from '../follow/memory';
import { roleWords } from '../words/role';

const SHAPES = { ok: '', prog: '◔ ', warn: '▲ ', err: '◆ ', off: '□ ' };

export function titleOf({ cluster, silentSince }: Memory): string {
  if (!cluster) return 'Brownstone';
  const own = cluster.own ?? 'server';
  if (silentSince !== null) return `◆ no answer · ${own} · Brownstone`;
  const shape = cluster.role === 'MASTER' ? '▼ ' : SHAPES[roleWords(cluster.role).tone] || '▽ ';
  return `${shape}${cluster.role} · ${own} · Brownstone`;
}

export function markOf({ cluster, silentSince }: Memory): string {
  if (!cluster) return none;
  if (silentSince !== null || roleWords(cluster.role).tone === 'err') return failed;
  return cluster.role === 'MASTER' ? masterMark : standbyMark;
}
