import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';
import { hubNamespace, memberNamespace } from '../../api/places.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Slice } from '../../api/slice/type.ts';
import { type FleetSnapshot, sliceByBoard } from './fleet-snapshot.ts';
import { failingExportsOf } from './read-notice.ts';

/** Something that is not as asked for, with what shows or mends it. */
export interface Problem {
  /** For example `slice app-slice`. */
  readonly subject: string;
  readonly reason: string;
  /** The evidence, in a sentence. */
  readonly text: string;
  /** The command that helps. `CONTEXT` stands for the context of the cluster concerned. */
  readonly help: string;
}

const clusterHelp = (cluster: string, reason: string): string =>
  reason === 'WaitingForCluster'
    ? `kubeslice join ${cluster} --hub-context HUB --context CONTEXT`
    : `kubectl --context CONTEXT -n ${memberNamespace} logs deploy/kubeslice-worker --tail 20`;

const sliceHelp: Partial<Record<Reason, (slice: Slice) => string>> = {
  LinkDown: ({ metadata }) => `kubeslice links --slice ${metadata.name}`,
  LinksPending: ({ metadata }) => `kubeslice links --slice ${metadata.name}`,
  AgentAbsent: () => `kubectl --context CONTEXT -n ${memberNamespace} get pods -o wide -l app.kubernetes.io/component=agent`,
  ConnectionLost: () => `kubectl --context CONTEXT -n ${memberNamespace} logs deploy/kubeslice-worker --tail 20`,
  AwaitingCluster: () => 'kubeslice join NAME --hub-context HUB --context CONTEXT',
  WaitingForCluster: () => 'kubeslice join NAME --hub-context HUB --context CONTEXT',
  UnknownCluster: ({ metadata }) => `kubectl edit slice ${metadata.name} -n ${metadata.namespace}`,
};

const ofController = ({ controller }: FleetSnapshot): Problem[] => {
  const wanted = controller?.spec?.replicas ?? 0;
  const available = controller?.status?.availableReplicas ?? 0;
  if (available > 0) return [];
  const text =
    controller === undefined
      ? 'The controller is not installed as a Deployment here; changes to slices have no effect.'
      : `None of ${wanted} copies of the controller runs; traffic goes on, changes to slices wait.`;
  return [{ subject: 'controller', reason: 'Unavailable', text, help: `kubectl -n ${hubNamespace} describe pods` }];
};

const ofCluster = (cluster: Cluster): Problem[] => {
  const { name } = cluster.metadata;
  const ready = conditionOf(cluster.status?.conditions, 'Ready');
  if (ready?.status === 'True') return [];
  const reason = ready?.reason ?? 'WaitingForCluster';
  const text = ready?.message ?? 'The controller has not looked at this cluster yet.';
  return [{ subject: `cluster ${name}`, reason, text, help: clusterHelp(name, reason) }];
};

const ofSlice = (slice: Slice): Problem[] => {
  const { name, namespace } = slice.metadata;
  const ready = conditionOf(slice.status?.conditions, 'Ready');
  if (ready?.status === 'True') {
    // Ready says that it works; only Accepted knows that a network of a running member overlaps.
    const accepted = conditionOf(slice.status?.conditions, 'Accepted');
    if (accepted?.reason !== 'SubnetOverlap') return [];
    return [
      { subject: `slice ${name}`, reason: accepted.reason, text: accepted.message, help: `kubectl describe slice ${name} -n ${namespace}` },
    ];
  }
  const reason = ready?.reason ?? 'LinksPending';
  const text = ready?.message ?? 'The controller has not looked at this slice yet.';
  const help = sliceHelp[reason as Reason]?.(slice) ?? `kubectl describe slice ${name} -n ${namespace}`;
  return [{ subject: `slice ${name}`, reason, text, help }];
};

const ofExports = ({ slices, notices }: FleetSnapshot): Problem[] => {
  const boards = sliceByBoard(slices);
  return notices
    .filter(({ metadata }) => boards.has(metadata.namespace ?? ''))
    .flatMap((notice) =>
      failingExportsOf(notice).map(({ namespace, name, reason, message }) => ({
        subject: `export ${namespace}/${name} of ${notice.spec.cluster}`,
        reason,
        text: message,
        help: `kubectl --context CONTEXT describe serviceexport ${name} -n ${namespace}`,
      })),
    );
};

/** Reasons in the order in which people should look at them: what stops traffic, then what stops changes, then what is on its way. */
const order = ['LinkDown', 'NamespaceConflict', 'SubnetOverlap', 'AddressSpaceTooSmall', 'AgentAbsent', 'ConnectionLost', 'Unavailable'];

/** Everything that is wrong, the worst first. */
export const planProblems = (snapshot: FleetSnapshot): Problem[] => {
  const rank = ({ reason }: Problem): number => (order.includes(reason) ? order.indexOf(reason) : order.length);
  const all = [
    ...snapshot.slices.flatMap(ofSlice),
    ...ofExports(snapshot),
    ...snapshot.clusters.flatMap(ofCluster),
    ...ofController(snapshot),
  ];
  return all.toSorted((a, b) => rank(a) - rank(b) || (a.subject < b.subject ? -1 : 1));
};
