import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';
import { type Help, helpFor } from './help.ts';

/** Something that is not as asked for, with what shows or mends it. */
export interface Problem {
  /** For example `slice app-slice`. */
  readonly subject: string;
  /** An error keeps the project from being as asked for; a warning is about one application or some nodes, while the rest works. */
  readonly severity: 'error' | 'warning';
  readonly reason: string;
  /** The evidence, in a sentence. */
  readonly text: string;
  /** The command that helps. `CONTEXT` stands for the context of the cluster concerned where it is not known. */
  readonly help: string;
}

/** The cluster that the verdict about a slice speaks of first. */
const concerned = ({ status }: Slice, message: string): string | undefined => {
  const unready = (status?.clusters ?? []).filter(({ ready }) => !ready);
  return (unready.find((cluster) => cluster.message !== undefined && message.startsWith(cluster.message)) ?? unready[0])?.name;
};

const sliceHelp: Partial<Record<Reason, (help: Help, slice: Slice, cluster: string | undefined) => string>> = {
  LinkDown: (help, { metadata }) => help.links(metadata.name),
  LinksPending: (help, { metadata }) => help.links(metadata.name),
  AgentAbsent: (help, _, cluster) => help.agentPods(cluster),
  ConnectionLost: (help, _, cluster) => help.workerLogs(cluster),
  AwaitingCluster: (help, _, cluster) => help.join(cluster),
  WaitingForCluster: (help, _, cluster) => help.join(cluster),
  UnknownCluster: (help, { metadata }) => help.editSlice(metadata.name, metadata.namespace ?? ''),
};

const error = (subject: string, reason: string, text: string, help: string): Problem => ({
  subject,
  severity: 'error',
  reason,
  text,
  help,
});

const ofController = ({ controller }: FleetSnapshot, help: Help): Problem[] => {
  const wanted = controller?.spec?.replicas ?? 0;
  const available = controller?.status?.availableReplicas ?? 0;
  if (available > 0) return [];
  const text =
    controller === undefined
      ? 'The controller is not installed as a Deployment here; changes to slices have no effect.'
      : `None of ${wanted} copies of the controller runs; traffic goes on, changes to slices wait.`;
  return [error('controller', 'Unavailable', text, help.controllerPods())];
};

const ofCluster = (cluster: Cluster, help: Help): Problem[] => {
  const { name } = cluster.metadata;
  const ready = conditionOf(cluster.status?.conditions, 'Ready');
  if (ready?.status === 'True') return [];
  const reason = ready?.reason ?? 'WaitingForCluster';
  const text = ready?.message ?? 'The controller has not processed this cluster yet.';
  return [error(`cluster ${name}`, reason, text, reason === 'WaitingForCluster' ? help.join(name) : help.workerLogs(name))];
};

const ofSlice = (slice: Slice, help: Help): Problem[] => {
  const { name, namespace = '' } = slice.metadata;
  const ready = conditionOf(slice.status?.conditions, 'Ready');
  if (ready?.status === 'True') {
    // Ready says that it works; only Accepted knows that a network of a running member overlaps.
    const accepted = conditionOf(slice.status?.conditions, 'Accepted');
    const degraded = conditionOf(slice.status?.conditions, 'Degraded');
    const warnings: Problem[] =
      degraded?.status !== 'True'
        ? []
        : [{ ...error(`slice ${name}`, degraded.reason, degraded.message, help.links(name)), severity: 'warning' }];
    if (accepted?.reason !== 'SubnetOverlap') return warnings;
    return [...warnings, error(`slice ${name}`, accepted.reason, accepted.message, help.describeSlice(name, namespace))];
  }
  const reason = ready?.reason ?? 'LinksPending';
  const text = ready?.message ?? 'The controller has not processed this slice yet.';
  const specific = sliceHelp[reason as Reason]?.(help, slice, concerned(slice, text));
  return [error(`slice ${name}`, reason, text, specific ?? help.describeSlice(name, namespace))];
};

const ofExports = ({ reports }: FleetSnapshot, help: Help): Problem[] =>
  reports.flatMap(({ cluster, report }) =>
    (report.failingExports ?? []).map(
      ({ namespace, name, reason, message }): Problem => ({
        subject: `export ${namespace}/${name} of ${cluster}`,
        severity: 'warning',
        reason,
        text: message,
        help: help.describeExport(cluster, namespace, name),
      }),
    ),
  );

/** Reasons in the order in which people should look at them: what stops traffic, then what stops changes, then what is on its way. */
const order = ['LinkDown', 'NamespaceConflict', 'SubnetOverlap', 'AddressSpaceTooSmall', 'AgentAbsent', 'ConnectionLost', 'Unavailable'];

/** Everything that is wrong, the worst first, errors before warnings. */
export const planProblems = (snapshot: FleetSnapshot): Problem[] => {
  const rank = ({ reason }: Problem): number => (order.includes(reason) ? order.indexOf(reason) : order.length);
  const help = helpFor(snapshot);
  const all = [
    ...snapshot.slices.flatMap((slice) => ofSlice(slice, help)),
    ...ofExports(snapshot, help),
    ...snapshot.clusters.flatMap((cluster) => ofCluster(cluster, help)),
    ...ofController(snapshot, help),
  ];
  const severity = (problem: Problem): number => (problem.severity === 'error' ? 0 : 1);
  return all.toSorted((a, b) => severity(a) - severity(b) || rank(a) - rank(b) || (a.subject < b.subject ? -1 : 1));
};
