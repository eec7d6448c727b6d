import { Failure } from '../../src/values/failure.ts';
import { clusterLimit, nodeLimit } from './address-plan.ts';
import { checkClusterName } from './names.ts';
import type { ClusterSpec } from './spec.ts';

/** The cluster that others join. */
export const hubName = 'hub';

/** The default clusters of a new playground. */
export const defaultClusters: readonly string[] = [hubName, 'east', 'west'];

/**
 * The clusters of a playground after `up`: the existing ones, unchanged, then the missing ones of those named, always including the hub. An index is
 * never reused for another cluster. More nodes are added; fewer are refused, because pods may run on them.
 */
export function planClusters(existing: readonly ClusterSpec[], wanted: readonly string[], nodes: number | undefined): ClusterSpec[] {
  if (nodes !== undefined && !(Number.isInteger(nodes) && nodes >= 1 && nodes <= nodeLimit)) {
    throw new Failure('InvalidInput', `A cluster has between 1 and ${nodeLimit} nodes, not ${nodes}: write a number in this range.`);
  }
  const names = wanted.length > 0 ? [hubName, ...wanted] : existing.length > 0 ? [] : defaultClusters;
  const clusters = existing.map((cluster) => ({ ...cluster }));
  for (const name of new Set(names)) {
    checkClusterName(name);
    const present = clusters.find((cluster) => cluster.name === name);
    if (present === undefined) {
      const index = Math.max(0, ...clusters.map((cluster) => cluster.index)) + 1;
      if (index > clusterLimit)
        throw new Failure('InvalidInput', `A playground has at most ${clusterLimit} clusters: "${name}" is one too many.`);
      clusters.push({ name, index, nodes: nodes ?? 2 });
    }
  }
  if (nodes === undefined) return clusters;
  for (const cluster of clusters) {
    if (wanted.length > 0 && !wanted.includes(cluster.name)) continue;
    if (cluster.nodes > nodes) {
      throw new Failure(
        'InvalidInput',
        `Cluster "${cluster.name}" has ${cluster.nodes} nodes already: take the playground down to have ${nodes}.`,
      );
    }
    cluster.nodes = nodes;
  }
  return clusters;
}
