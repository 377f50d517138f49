// Recorded answers as the page reads them.
import { scenes } from '../dev/scenes.mjs';
import { heard, NOTHING, type Memory } from '../src/follow/memory';
import { readCluster, type Cluster, type Node } from '../src/wire/cluster';

export const AT = Date.UTC(2026, 10, 24, 12, 3, 4);

export function scene(name: string): Cluster {
  const cluster = readCluster(scenes[name]?.cluster?.(AT));
  if (!cluster) throw new Error(`there is no scene ${name}`);
  return cluster;
}

export function memoryOf(name: string): Memory {
  return heard(NOTHING, scene(name), AT);
}

/** The same cluster with other nodes and another master. */
export function changed(cluster: Cluster, more: Partial<Cluster>, nodes: Readonly<Record<string, Partial<Node>>> = {}): Cluster {
  return { ...cluster, ...more, nodes: cluster.nodes.map((node) => ({ ...node, ...nodes[node.id] })) };
}
