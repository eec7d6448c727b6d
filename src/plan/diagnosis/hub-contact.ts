import { isBad } from '../../api/condition-types.ts';
import { hubSecret, memberNamespace } from '../../api/places.ts';
import type { ClusterView } from './cluster-view.ts';
import { commandsFor, type Finding } from './finding.ts';
import { isUnread } from './unread.ts';

const named = `Secret ${memberNamespace}/${hubSecret}`;

/** The Date header has whole seconds, and a quiet network adds little; a smaller difference is no finding. */
const clockToleranceMs = 5_000;

/** Whether pods reach the hub, if one is named; also used before an installation. */
const unreachable = ({ hub, credential }: ClusterView): Finding[] => {
  if (hub === undefined || credential === undefined || hub.answer.outcome === 'answered') return [];
  return [
    {
      code: 'HubUnreachable',
      severity: 'error',
      object: credential.server,
      cause: `Pods of this cluster do not reach the API server of the hub at ${credential.server}; what was connected stays connected, and changes of clusters and slices wait.`,
      evidence: `asked from ${hub.from}: ${hub.answer.outcome}${hub.answer.detail === undefined ? '' : ` (${hub.answer.detail})`}`,
      advice: `let nodes of this cluster reach ${new URL(credential.server).host} by TCP; when the address is wrong, join again with --hub-server`,
    },
  ];
};

/** Whether the member has a valid credential for the hub, and reaches the hub with it. */
export const hubContactFindings = (view: ClusterView): Finding[] => {
  if (!view.isMember) return unreachable(view);
  const commands = commandsFor(view.contexts);
  const { credential, now } = view;
  // Without permission to read it, there is no finding.
  const readable = !isUnread(view, named);
  if (credential === undefined)
    return readable
      ? [
          {
            code: 'CredentialEnded',
            severity: 'error',
            object: named,
            cause: 'This cluster has no credential for a hub: it was never joined, or the Secret was deleted.',
            evidence: 'the API server has no such object',
            remedy: commands.join(),
          },
        ]
      : [];
  const findings: Finding[] = [];
  if (credential.ends !== undefined && credential.ends < now)
    findings.push({
      code: 'CredentialEnded',
      severity: 'error',
      object: named,
      cause: `The credential for the hub has ended, so changes between this cluster and the hub wait; the worker renews it by proof of the cluster's key while the hub knows the cluster.`,
      evidence: `it ended at ${new Date(credential.ends).toISOString()}, and now it is ${new Date(now).toISOString()}`,
      remedy: commands.join(),
    });
  findings.push(...unreachable(view));
  // The worker's report about the hub. That the hub is unreachable is reported by what a pod observed, or else unchanged.
  for (const { type, reason, message, lastTransitionTime } of conditionsOf(view)) {
    if (findings.length > 0) break;
    const isRefused = reason === 'ClusterRemoved' || /Unauthorized|HTTP 401|HTTP 403/.test(message);
    findings.push({
      code: isRefused ? 'CredentialEnded' : 'ConditionFalse',
      severity: 'error',
      object: isRefused ? named : `cluster ${credential.cluster}`,
      cause: isRefused
        ? 'The hub answers but does not accept the credential of this cluster: it was revoked, or the cluster was removed from the hub.'
        : message,
      evidence: `${type}, reason ${reason}, since ${lastTransitionTime}: ${message}`,
      remedy: isRefused ? commands.join() : commands.kubectl(memberNamespace, 'logs deploy/kubeslice-worker --tail 20'),
    });
  }
  return findings;
};

/** The worker's reports of faults between this cluster and the hub, refusals first, because they cause the others. */
const conditionsOf = ({ slices, connection }: ClusterView) =>
  [...connection, ...slices.flatMap(({ status }) => status?.conditions ?? [])]
    .filter((condition) => (condition.type === 'HubReachable' || condition.reason === 'ClusterRemoved') && isBad(condition))
    .toSorted((a, b) => Number(b.reason === 'ClusterRemoved') - Number(a.reason === 'ClusterRemoved'));

const apart = (ms: number): string => (Math.abs(ms) < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

/** Clocks that differ, each compared with the API server of the cluster; without one, with this machine. */
export const clockFindings = (view: ClusterView): Finding[] => {
  const mend = 'let a time service (chrony, systemd-timesyncd) set the clock of that machine';
  const reference = view.clocks.find(({ isReference }) => isReference === true);
  const measured = view.clocks.flatMap((clock): Finding[] => {
    // The reference and this machine differ from each other by the same amount, which is reported once.
    const isReference = clock === reference;
    const difference = isReference ? -clock.aheadMs : clock.aheadMs - (reference?.aheadMs ?? 0);
    const doubt = isReference ? clock.doubtMs : clock.doubtMs + (reference?.doubtMs ?? 0);
    if (Math.abs(difference) <= clockToleranceMs + doubt) return [];
    const object = isReference ? 'this machine' : clock.object;
    const of = isReference ? 'the machine that runs this command' : clock.of;
    const against = isReference || reference !== undefined ? 'the API server' : 'the machine that runs this command';
    return [
      {
        code: 'ClockDiffers',
        severity: 'warning',
        object,
        cause: `The clock of ${of} is ${apart(Math.abs(difference))} ${difference > 0 ? 'ahead of' : 'behind'} that of ${against}: certificates and tokens are refused when clocks differ by more than their reserve, and logs cannot be compared.`,
        evidence: `measured to within ${apart(doubt)}`,
        advice: mend,
      },
    ];
  });
  const fromClusters = view.clusters.flatMap((cluster): Finding[] => {
    const condition = cluster.status?.conditions?.find(({ reason }) => reason === 'ClockDiffers');
    if (condition === undefined) return [];
    const { name } = cluster.metadata;
    const evidence = `condition ${condition.type} of Cluster ${name}`;
    return [{ code: 'ClockDiffers', severity: 'warning', object: `cluster ${name}`, cause: condition.message, evidence, advice: mend }];
  });
  return [...measured, ...fromClusters];
};
