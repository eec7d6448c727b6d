import { conditionOf } from '../../api/condition.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import { type ClusterRow, planClusters } from './clusters.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';
import { helpFor } from './help.ts';
import { type LinkRow, type PairRow, planLinks, planPairs } from './links.ts';
import { type NodeRow, planNodes } from './nodes.ts';
import type { Problem } from './problem.ts';
import { planProblems } from './problems.ts';
import { planServices, type ServiceRow } from './services.ts';
import { sickExportsOf } from './sick-exports.ts';
import { planSlices, type SliceRow } from './slices.ts';
import { mayRead, type Unreadable } from './unreadable.ts';

/** A program of KubeSlice in the observed cluster. */
export interface ProgramRow {
  readonly name: string;
  /** Running copies, of all desired ones. */
  readonly available: number;
  readonly wanted: number;
  readonly image: string | undefined;
}

/** The state from one side, the hub or a member: `kubeslice status` shows it, and prints it unchanged with `-o json`. */
export interface FleetStatus {
  /** The observer: the hub knows the reports of all clusters, a member only its own objects. */
  readonly side: 'hub' | 'member';
  readonly project: string;
  /** Name of the member cluster. */
  readonly cluster?: string;
  /** Whether there is no error. */
  readonly healthy: boolean;
  /** Whether there is no error about clusters, slices and programs, apart from single services. */
  readonly fleetHealthy: boolean;
  readonly programs: readonly ProgramRow[];
  readonly clusters: readonly ClusterRow[];
  readonly slices: readonly SliceRow[];
  readonly nodes: readonly NodeRow[];
  readonly problems: readonly Problem[];
  /** The command by which the first cluster joins; absent when there are clusters. */
  readonly joinFirst?: string;
  /** Resources that the user may not read, which are therefore not shown; absent if none. They are not a problem of the fleet. */
  readonly unreadable?: Unreadable;
}

/** The lists of one side that have a command of their own. */
export interface FleetLists {
  readonly slices: readonly SliceRow[];
  readonly services: readonly ServiceRow[];
  readonly pairs: readonly PairRow[];
  readonly links: readonly LinkRow[];
  /** Names of slices and clusters for command arguments. */
  readonly names: { readonly slices: readonly string[]; readonly clusters: readonly string[] };
}

/** Whether there are errors, and whether there are errors of the fleet. */
export const healthOf = (problems: readonly Problem[]): Pick<FleetStatus, 'healthy' | 'fleetHealthy'> => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { healthy: errors.length === 0, fleetHealthy: errors.every(({ scope }) => scope === 'service') };
};

/** A Deployment as a row; a missing one has no copies. */
export const deploymentRow = (name: string, deployment: Deployment | undefined): ProgramRow => ({
  name,
  wanted: deployment?.spec?.replicas ?? (deployment === undefined ? 0 : 1),
  available: deployment?.status?.availableReplicas ?? 0,
  image: deployment?.spec?.template.spec.containers[0]?.image,
});

/** The resources without permission, if there are any. */
export const unreadableIn = ({ unreadable = [] }: { readonly unreadable?: Unreadable }): Pick<FleetStatus, 'unreadable'> =>
  unreadable.length === 0 ? {} : { unreadable };

/** The state of a project from the objects on the hub; every list has the worst first. */
export const planFleetStatus = (snapshot: FleetSnapshot): FleetStatus => {
  const nodes = planNodes(snapshot);
  const problems = planProblems(snapshot);
  return {
    side: 'hub',
    project: snapshot.project,
    ...healthOf(problems),
    programs: mayRead(snapshot, 'deployments') ? [deploymentRow('controller', snapshot.controller)] : [],
    clusters: planClusters(snapshot.clusters),
    slices: planSlices(snapshot.slices, nodes, planPairs(snapshot.reports)),
    nodes,
    problems,
    ...(snapshot.clusters.length === 0 ? { joinFirst: helpFor(snapshot).join(undefined) } : {}),
    ...unreadableIn(snapshot),
  };
};

/** The lists of a project from the objects on the hub. */
export const planFleetLists = (snapshot: FleetSnapshot): FleetLists => {
  const { reports, clusters, slices, offers } = snapshot;
  const nodes = planNodes(snapshot);
  const pairs = planPairs(reports);
  const lost = new Map(
    clusters.flatMap(({ metadata, status }): [string, string][] => {
      const ready = conditionOf(status?.conditions, 'Ready');
      return ready?.reason === 'ConnectionLost'
        ? [
            [
              metadata.name,
              `its cluster has not been connected to the hub since ${ready.lastTransitionTime}; this is the last published state.`,
            ],
          ]
        : [];
    }),
  );
  return {
    slices: planSlices(slices, nodes, pairs),
    services: planServices({ offers, sick: sickExportsOf(reports, clusters), nodes, lost }),
    pairs,
    links: planLinks(reports),
    names: { slices: slices.map(({ metadata }) => metadata.name), clusters: clusters.map(({ metadata }) => metadata.name) },
  };
};
