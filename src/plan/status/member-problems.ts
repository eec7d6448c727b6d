import { type Condition, conditionOf } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { isLinux } from '../../values/builtin/node.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import { isNotReady } from '../links/missing-node.ts';
import { exportProblem } from './export-problems.ts';
import type { SliceReport } from './fleet-snapshot.ts';
import { furtherTrouble, severityOf } from './further-conditions.ts';
import { type Help, helpFor } from './help.ts';
import { installationProblems } from './installation-problems.ts';
import { type MemberSnapshot, ownSickExports } from './member-snapshot.ts';
import type { NodeRow } from './nodes.ts';
import { type Problem, problemOf, worstFirst } from './problem.ts';
import { nodeProblems } from './problems.ts';
import { mayRead } from './unreadable.ts';

/** What stops while a program does not run. */
const consequences = {
  worker: 'traffic continues, changes of services and slices are neither published nor received',
  dns: 'no name of a slice resolves in this cluster',
} as const;

const ofDeployment = (
  component: keyof typeof consequences,
  seen: Deployment | undefined,
  { cluster }: MemberSnapshot,
  help: Help,
): Problem[] => {
  if ((seen?.status?.availableReplicas ?? 0) > 0) return [];
  const object = { kind: 'deployment', name: `kubeslice-${component}`, cluster };
  const what = seen === undefined ? `There is no Deployment kubeslice-${component}` : `No copy of kubeslice-${component} runs`;
  const since = seen?.status?.conditions?.find(({ type }) => type === 'Available')?.lastTransitionTime;
  return [
    problemOf(object, {
      reason: 'Unavailable',
      text: `${what}; ${consequences[component]}.`,
      since,
      help: seen === undefined ? help.join(cluster) : help.memberPods(cluster, component),
    }),
  ];
};

const ofAgents = ({ agent, nodes, cluster }: MemberSnapshot, help: Help): Problem[] => {
  const wanted = agent?.status?.desiredNumberScheduled ?? 0;
  const ready = agent?.status?.numberReady ?? 0;
  const object = { kind: 'daemonset', name: 'kubeslice-agent', cluster };
  if (agent === undefined)
    return [
      problemOf(object, {
        reason: 'Unavailable',
        text: 'There is no DaemonSet kubeslice-agent, so no node has tunnels.',
        help: help.join(cluster),
      }),
    ];
  // The agent of a node that is not Ready is not ready either: the node is reported, and is the cause.
  const missing = wanted - ready - nodes.filter((node) => isLinux(node) && isNotReady(node)).length;
  if (ready > 0 && missing > 0) {
    const text = `The agents of ${missing} of ${wanted} nodes are not ready; traffic continues, new pods of these nodes are not attached.`;
    return [problemOf(object, { reason: 'AgentAbsent', text, severity: 'warning', help: help.agentPods(cluster) })];
  }
  if (wanted === 0 || ready > 0) return [];
  const text = `No agent of ${wanted} nodes is ready; traffic continues, new pods are not attached.`;
  return [problemOf(object, { reason: 'AgentAbsent', text, help: help.agentPods(cluster) })];
};

/** The remedy for a broken connection; for all others, the worker's log. */
const connectionHelp: Partial<Record<Reason, (help: Help, cluster: string) => string>> = {
  ClusterRemoved: (help, cluster) => help.join(cluster),
  NotJoined: (help, cluster) => help.join(cluster),
  DnsServersAway: (help, cluster) => help.memberPods(cluster, 'dns'),
  NamesNotWired: (help, cluster) => help.doctor(cluster),
  PropertyOfOthers: (help, cluster) => help.clusterProperties(cluster),
};

/**
 * The cluster's connection to the hub and to its own DNS, by its worker's report. Every slice also reports that the hub does not answer, so it is
 * shown once.
 */
const ofConnection = ({ connection, slices, cluster }: MemberSnapshot, help: Help): Problem[] => {
  const everywhere = [...connection, ...slices.flatMap(({ status }) => status?.conditions ?? [])];
  const away = everywhere.find(({ type, status }) => type === 'HubReachable' && status === 'False');
  const tell = ({ reason, message: text, lastTransitionTime: since }: Condition, severity: Problem['severity']): Problem =>
    problemOf(
      { kind: 'cluster', name: cluster },
      { reason, text, since, severity, help: connectionHelp[reason as Reason]?.(help, cluster) ?? help.workerLogs(cluster) },
    );
  return [
    ...(away === undefined ? [] : [tell(away, 'error')]),
    ...furtherTrouble(connection).map((condition) => tell(condition, severityOf(condition))),
  ];
};

/** Reasons that are shown node by node. */
const byNode: ReadonlySet<string> = new Set<Reason>(['NodeNotReady', 'AgentAbsent']);

const ofSlice = ({ metadata, status }: Slice, { cluster }: MemberSnapshot, help: Help): Problem[] => {
  const { name } = metadata;
  const object = { kind: 'slice', name, cluster };
  const warned = ({ reason, message, lastTransitionTime }: Condition, mend: string): Problem =>
    problemOf(object, { reason, text: message, since: lastTransitionTime, severity: 'warning', help: mend });
  const describe = help.describeLocalSlice(name, cluster);
  const problems = furtherTrouble(status?.conditions).map((each) => warned(each, describe));
  const ready = conditionOf(status?.conditions, 'Ready');
  if (ready?.status !== 'True') {
    const reason = ready?.reason ?? 'LinksPending';
    const text = ready?.message ?? 'The worker has not processed this slice yet.';
    const mend = reason === 'LinkDown' || reason === 'LinksPending' ? help.links(name) : describe;
    problems.push(problemOf(object, { reason, text, since: ready?.lastTransitionTime ?? metadata.creationTimestamp, help: mend }));
  }
  const degraded = conditionOf(status?.conditions, 'Degraded');
  if (ready?.status === 'True' && degraded?.status === 'True' && !byNode.has(degraded.reason))
    problems.push(warned(degraded, help.links(name)));
  return problems;
};

/** Services of other clusters that cannot be called from here. */
const ofImport = ({ metadata, status }: ServiceImport, { cluster }: MemberSnapshot, help: Help): Problem[] => {
  const { name, namespace = '' } = metadata;
  const ready = conditionOf(status?.conditions, 'Ready');
  const mend = help.describeImport(cluster, namespace, name);
  const object = { kind: 'serviceimport', name, namespace, cluster };
  const conflict = conditionOf(status?.conditions, 'Conflict');
  const problems: Problem[] = [];
  const tell = ({ reason, message, lastTransitionTime }: Condition, severity: Problem['severity']): void =>
    void problems.push(problemOf(object, { reason, text: message, since: lastTransitionTime, severity, scope: 'service', help: mend }));
  if (ready?.status === 'False') tell(ready, 'error');
  if (conflict?.status === 'True') tell(conflict, 'warning');
  return problems;
};

/** All problems of a member cluster that are known there; the worst first. */
export const planMemberProblems = (snapshot: MemberSnapshot, reports: readonly SliceReport[], rows: readonly NodeRow[]): Problem[] => {
  const help = helpFor(snapshot);
  const { cluster } = snapshot;
  const sick = ownSickExports(snapshot);
  const own = new Set(sick.map(({ namespace, name }) => `${namespace}/${name}`));
  // Their own cluster knows the reason; here it is only known that no node reaches them, while others of that cluster are reachable.
  const reached = new Set(rows.filter(({ state }) => state === 'Up').map((row) => `${row.slice}/${row.cluster}`));
  const away = rows.filter((row) => row.cluster !== cluster && row.state === 'Unreached' && reached.has(`${row.slice}/${row.cluster}`));
  const unreached = [...new Map(away.map((row) => [`${row.cluster}/${row.node}`, row])).values()].map((row) =>
    problemOf(
      { kind: 'node', name: row.node, cluster: row.cluster },
      {
        reason: 'LinkDown',
        text: 'No node of this cluster reaches it, but other nodes of its cluster are reachable: it is off or disconnected; its endpoints are withheld.',
        severity: 'warning',
        help: help.links(row.slice),
      },
    ),
  );
  return worstFirst([
    ...ofConnection(snapshot, help),
    ...(mayRead(snapshot, 'deployments')
      ? [...ofDeployment('worker', snapshot.worker, snapshot, help), ...ofDeployment('dns', snapshot.dns, snapshot, help)]
      : []),
    ...(mayRead(snapshot, 'daemonsets') ? ofAgents(snapshot, help) : []),
    ...installationProblems(snapshot, help),
    ...snapshot.slices.flatMap((slice) => ofSlice(slice, snapshot, help)),
    ...nodeProblems(reports, help),
    ...unreached,
    ...sick.map((each) => exportProblem(each, help)),
    // Problems of this cluster's own exports are shown with the exports.
    ...snapshot.imports
      .filter(({ metadata }) => !own.has(`${metadata.namespace}/${metadata.name}`))
      .flatMap((imported) => ofImport(imported, snapshot, help)),
  ]);
};
