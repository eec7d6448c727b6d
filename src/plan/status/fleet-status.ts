import { type ClusterRow, planClusters } from './clusters.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';
import { planPairs } from './links.ts';
import { type NodeRow, planNodes } from './nodes.ts';
import { type Problem, planProblems } from './problems.ts';
import { planSlices, type SliceRow } from './slices.ts';

/** The state of a project: what `kubeslice status` shows, and prints as it stands with `-o json`. */
export interface FleetStatus {
  readonly project: string;
  /** Whether the clusters and slices are as asked for; mistakes in single applications are warnings, and do not count. */
  readonly healthy: boolean;
  readonly controller: { readonly replicas: number; readonly available: number; readonly image: string | undefined };
  readonly clusters: readonly ClusterRow[];
  readonly slices: readonly SliceRow[];
  readonly nodes: readonly NodeRow[];
  readonly problems: readonly Problem[];
}

/** The state of a project from the objects on the hub; every list the worst first. */
export const planFleetStatus = (snapshot: FleetSnapshot): FleetStatus => {
  const nodes = planNodes(snapshot);
  const problems = planProblems(snapshot);
  const { controller } = snapshot;
  return {
    project: snapshot.project,
    healthy: problems.every(({ severity }) => severity === 'warning'),
    controller: {
      replicas: controller?.spec?.replicas ?? 0,
      available: controller?.status?.availableReplicas ?? 0,
      image: controller?.spec?.template.spec.containers[0]?.image,
    },
    clusters: planClusters(snapshot.clusters),
    slices: planSlices(snapshot.slices, nodes, planPairs(snapshot.reports)),
    nodes,
    problems,
  };
};
