import type { Cluster } from '../../api/cluster/type.ts';
import { type Condition, conditionOf } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Slice } from '../../api/slice/type.ts';
import { exportProblem } from './export-problems.ts';
import type { FleetSnapshot, SliceReport } from './fleet-snapshot.ts';
import { furtherTrouble, severityOf } from './further-conditions.ts';
import { type Help, helpFor } from './help.ts';
import { type Problem, problemOf, worstFirst } from './problem.ts';
import { sickExportsOf } from './sick-exports.ts';
import { mayRead } from './unreadable.ts';

/** The cluster that the condition of a slice names first. */
const concerned = ({ status }: Slice, message: string): string | undefined => {
  const unready = (status?.clusters ?? []).filter(({ ready }) => ready !== true);
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
  NamespaceNotFound: (help, { metadata }) => help.editSlice(metadata.name, metadata.namespace ?? ''),
};

const ofController = ({ controller }: FleetSnapshot, help: Help): Problem[] => {
  const wanted = controller?.spec?.replicas ?? 0;
  const available = controller?.status?.availableReplicas ?? 0;
  if (available > 0) return [];
  const text =
    controller === undefined
      ? 'The controller is not installed as a Deployment here; changes to slices have no effect.'
      : `None of ${wanted} copies of the controller runs; traffic continues, changes to slices wait.`;
  const since = controller?.status?.conditions?.find(({ type }) => type === 'Available')?.lastTransitionTime;
  return [
    problemOf({ kind: 'deployment', name: 'kubeslice-controller' }, { reason: 'Unavailable', text, since, help: help.controllerPods() }),
  ];
};

/** A condition beside the main ones, as a problem: it works, but not as desired. */
const reported = ({ type, reason, message, lastTransitionTime }: Condition, help: string) =>
  ({ reason, text: message, since: lastTransitionTime, severity: severityOf({ type, reason }), help }) as const;

const ofCluster = ({ metadata, status }: Cluster, help: Help): Problem[] => {
  const { name, namespace = '' } = metadata;
  const object = { kind: 'cluster', name, namespace };
  const ready = conditionOf(status?.conditions, 'Ready');
  const helpAgainst = (reason: string): string => {
    // With the lines to add by hand, as lines.
    if (reason === 'NamesNotWired') return help.doctor(name);
    return reason === 'DnsServersAway' ? help.memberPods(name, 'dns') : help.describeCluster(name, namespace);
  };
  const more = furtherTrouble(status?.conditions).map((each) =>
    problemOf({ kind: 'cluster', name }, reported(each, helpAgainst(each.reason))),
  );
  if (ready?.status === 'True') return more;
  const reason = ready?.reason ?? 'WaitingForCluster';
  const text = ready?.message ?? 'The controller has not processed this cluster yet.';
  const mend = reason === 'WaitingForCluster' ? help.join(name) : help.workerLogs(name);
  const problem = problemOf(
    { kind: 'cluster', name },
    { reason, text, since: ready?.lastTransitionTime ?? metadata.creationTimestamp, help: mend },
  );
  return [{ ...problem, object }, ...more];
};

/** Reasons that are shown node by node. */
const byNode: ReadonlySet<string> = new Set<Reason>(['NodeNotReady', 'AgentAbsent']);

const ofSlice = (slice: Slice, help: Help): Problem[] => {
  const { name, namespace = '' } = slice.metadata;
  const object = { kind: 'slice', name, namespace };
  const conditions = slice.status?.conditions;
  const helpAgainst = (reason: string, text: string): string =>
    sliceHelp[reason as Reason]?.(help, slice, concerned(slice, text)) ?? help.describeSlice(name, namespace);
  const more = furtherTrouble(conditions).map((each) => problemOf(object, reported(each, helpAgainst(each.reason, each.message))));
  const ready = conditionOf(conditions, 'Ready');
  if (ready?.status !== 'True') {
    const reason = ready?.reason ?? 'LinksPending';
    const text = ready?.message ?? 'The controller has not processed this slice yet.';
    const since = ready?.lastTransitionTime ?? slice.metadata.creationTimestamp;
    return [problemOf(object, { reason, text, since, help: helpAgainst(reason, text) }), ...more];
  }
  // Ready reports that it works; only Accepted reports that a network of a running member overlaps.
  const accepted = conditionOf(conditions, 'Accepted');
  if (accepted?.reason === 'SubnetOverlap')
    more.push(problemOf(object, { ...reported(accepted, help.describeSlice(name, namespace)), severity: 'error' }));
  const degraded = conditionOf(conditions, 'Degraded');
  if (degraded?.status === 'True' && !byNode.has(degraded.reason)) more.push(problemOf(object, reported(degraded, help.links(name))));
  return more;
};

/** The nodes that do not take part in some slice, each once. */
export const nodeProblems = (reports: readonly SliceReport[], help: Help): Problem[] => {
  const problems = new Map<string, Problem>();
  for (const { cluster, report } of reports) {
    for (const { node, reason: text, notReady, since } of report.missingNodes) {
      const finding =
        notReady === true
          ? ({ reason: 'NodeNotReady', help: help.describeNode(cluster, node) } as const)
          : ({ reason: 'AgentAbsent', help: help.agentPods(cluster) } as const);
      const problem = problemOf({ kind: 'node', name: node, cluster }, { ...finding, text, since, severity: 'warning' });
      if (!problems.has(problem.subject)) problems.set(problem.subject, problem);
    }
  }
  return [...problems.values()];
};

/** The exports that are over capacity of a report. */
export const omittedExports = (reports: readonly SliceReport[], help: Help): Problem[] =>
  reports.flatMap(({ slice, cluster, report }) => {
    const omitted = (report.failing ?? 0) - (report.failingExports?.length ?? 0);
    if (omitted <= 0) return [];
    const text = `${omitted} more exports of slice ${slice} do not work as their owners request.`;
    return [
      problemOf({ kind: 'cluster', name: cluster }, { reason: 'EndpointsNotReady', text, help: help.exports(cluster), scope: 'service' }),
    ];
  });

/** All problems, the worst first. */
export const planProblems = (snapshot: FleetSnapshot): Problem[] => {
  const help = helpFor(snapshot);
  const { reports, clusters, slices } = snapshot;
  return worstFirst([
    ...slices.flatMap((slice) => ofSlice(slice, help)),
    ...nodeProblems(reports, help),
    ...sickExportsOf(reports, clusters).map((sick) => exportProblem(sick, help)),
    ...omittedExports(reports, help),
    ...clusters.flatMap((cluster) => ofCluster(cluster, help)),
    ...(mayRead(snapshot, 'deployments') ? ofController(snapshot, help) : []),
  ]);
};
