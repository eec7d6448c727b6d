import { conditionOf } from '../../api/condition.ts';
import { type ClusterRow, sortClusters } from './clusters.ts';
import { deploymentRow, type FleetLists, type FleetStatus, healthOf, type ProgramRow, unreadableIn } from './fleet-status.ts';
import { planLinks, planPairs } from './links.ts';
import { planMemberProblems } from './member-problems.ts';
import { type MemberSnapshot, ownReports, ownSickExports, votesOf } from './member-snapshot.ts';
import { type NodeRow, planNodes } from './nodes.ts';
import { planServices } from './services.ts';
import { planSlices } from './slices.ts';
import { mayRead } from './unreadable.ts';

/** This cluster by its contact with the hub, and the others by whether any of their nodes is reachable. */
const clusterRows = (snapshot: MemberSnapshot, rows: readonly NodeRow[], version: string | undefined): ClusterRow[] => {
  const { connection, slices, cluster, nodes } = snapshot;
  const unknown = { nodes: undefined, version: undefined, kubernetesVersion: undefined, fingerprint: undefined, message: '' };
  const away = [connection, ...slices.map(({ status }) => status?.conditions)]
    .map((conditions) => conditionOf(conditions, 'HubReachable'))
    .filter((condition) => condition?.status === 'False');
  const isRemoved = away.some((condition) => condition?.reason === 'ClusterRemoved');
  const own: ClusterRow = {
    ...unknown,
    name: cluster,
    state: away.length === 0 ? 'Connected' : isRemoved ? 'Removed' : 'HubAway',
    nodes: mayRead(snapshot, 'nodes') ? nodes.length : undefined,
    version,
    kubernetesVersion: nodes[0]?.status?.nodeInfo?.kubeletVersion,
  };
  const others = Map.groupBy(
    rows.filter((row) => row.cluster !== cluster),
    (row) => row.cluster,
  );
  const state = (theirs: readonly NodeRow[]): ClusterRow['state'] => {
    if (theirs.some((row) => row.state === 'Up')) return 'Reached';
    return theirs.some((row) => row.state === 'Unreached') ? 'Unreached' : 'Pending';
  };
  return sortClusters([
    own,
    ...[...others].map(
      ([name, theirs]): ClusterRow => ({ ...unknown, name, state: state(theirs), nodes: new Set(theirs.map(({ node }) => node)).size }),
    ),
  ]);
};

/** The tag of an image, which is the version of its content; undefined without a tag. */
const tagOf = (image: string | undefined): string | undefined => /:([^/:@]+)(?:@|$)/.exec(image ?? '')?.[1];

const agentRow = ({ agent }: MemberSnapshot): ProgramRow => ({
  name: 'agent',
  wanted: agent?.status?.desiredNumberScheduled ?? 0,
  available: agent?.status?.numberReady ?? 0,
  image: agent?.spec?.template.spec.containers[0]?.image,
});

/** Reachable clusters, of all known ones of the slice; this one counts as reachable. */
const reachedOf = (slice: string, cluster: string, rows: readonly NodeRow[]): string => {
  const others = Map.groupBy(
    rows.filter((row) => row.slice === slice && row.cluster !== cluster),
    (row) => row.cluster,
  );
  const reached = [...others.values()].filter((theirs) => theirs.some(({ state }) => state === 'Up')).length;
  return `${reached + 1}/${others.size + 1}`;
};

const seenIn = (snapshot: MemberSnapshot) => {
  const reports = ownReports(snapshot);
  const nodes = planNodes({ nodes: snapshot.stated.nodes, reports }, votesOf(snapshot));
  const pairs = planPairs(reports);
  const slices = planSlices(snapshot.slices, nodes, pairs).map((row) => ({
    ...row,
    clusters: reachedOf(row.name, snapshot.cluster, nodes),
  }));
  return { reports, nodes, pairs, slices };
};

/** The state of a member cluster from its own objects; every list has the worst first. */
export const planMemberStatus = (snapshot: MemberSnapshot): FleetStatus => {
  const { reports, nodes, slices } = seenIn(snapshot);
  const problems = planMemberProblems(snapshot, reports, nodes);
  const [worker, dns] = [deploymentRow('worker', snapshot.worker), deploymentRow('dns', snapshot.dns)];
  const [deployments, agents] = [mayRead(snapshot, 'deployments'), mayRead(snapshot, 'daemonsets')];
  const programs = [...(deployments ? [worker] : []), ...(agents ? [agentRow(snapshot)] : []), ...(deployments ? [dns] : [])];
  const version = tagOf(worker.image);
  return {
    side: 'member',
    project: snapshot.project,
    cluster: snapshot.cluster,
    ...healthOf(problems),
    programs,
    clusters: clusterRows(snapshot, nodes, version),
    slices,
    nodes,
    problems,
    ...unreadableIn(snapshot),
  };
};

/** The lists of a member cluster from its own objects: its own exports, and the received ones of others. */
export const planMemberLists = (snapshot: MemberSnapshot): FleetLists => {
  const { reports, nodes, pairs, slices } = seenIn(snapshot);
  return {
    slices,
    services: planServices({ offers: snapshot.stated.offers, sick: ownSickExports(snapshot), nodes }),
    pairs,
    links: planLinks(reports),
    names: {
      slices: snapshot.slices.map(({ metadata }) => metadata.name),
      clusters: [
        ...new Set([snapshot.cluster, ...nodes.map(({ cluster }) => cluster), ...snapshot.stated.offers.map(({ cluster }) => cluster)]),
      ],
    },
  };
};
