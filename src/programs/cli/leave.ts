import { catalogue } from '../../api/catalogue.ts';
import { clusterKind, membershipKind } from '../../api/kinds.ts';
import { clusterLabel, endpointSliceManager, endpointSliceManagerLabel } from '../../api/labels.ts';
import { hasEnded } from '../../api/membership/type.ts';
import { authoritySecret, hubSecret, memberNamespace, projectNamespace } from '../../api/places.ts';
import { planCredentialRequestAccess, planJoinAccess, planWorkerAccess } from '../../install/cluster-access.ts';
import { resourceKindOf } from '../../install/kinds.ts';
import { planMember } from '../../install/member.ts';
import { memberDefaults } from '../../install/options.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind, deploymentKind, endpointSliceKind, namespaceKind, secretKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { Failure } from '../../values/failure.ts';
import { removeNotices } from '../controller/notices.ts';
import { isAway } from './away.ts';
import { cleanNodes } from './clean-nodes.ts';
import { restoreClusterDns } from './cluster-dns.ts';
import { checkClusterName } from './cluster-name.ts';
import { type CliCommand, type CliInput, exitCodes } from './command.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption } from './common-options.ts';
import { parseDuration } from './duration.ts';
import { publishFarewell } from './farewell.ts';
import { findProject } from './find-project.ts';
import { imageOf, imageOption } from './image.ts';
import { joinedName } from './joined-name.ts';
import { withCluster } from './open-cluster.ts';
import { type Patience, removeAllOf, removeAndWait } from './remove.ts';
import { removeDefinitions } from './remove-definitions.ts';

/** How long owners of finalizers and pods that stop get before force is used. */
const graceMs = 45_000;

/** Takes the cluster off the hub: the controller withdraws it from its slices; what the controller leaves, being off, is removed here. */
const leaveHub = async (input: CliInput, member: Client, cluster: string, hubContext: string): Promise<void> =>
  withCluster(input, hubContext, async (hub) => {
    const patience: Patience = { graceMs, signal: input.signal };
    const namespace = await findProject(hub, projectOf(input), input.signal).catch((error: unknown) => {
      if (!Failure.is(error, 'NotFound')) throw error;
      input.terminal.err(`note: ${error.message}`);
      return undefined;
    });
    if (namespace === undefined) return;
    await removeAndWait(hub.client, clusterKind, { namespace, name: cluster }, patience);
    const own = { labelSelector: `${clusterLabel}=${cluster}` };
    const memberships = await hub.client.list(membershipKind, { namespace, ...own, signal: input.signal }).catch((error: unknown) => {
      if (!Failure.is(error, 'NotFound')) throw error;
      return { items: [] };
    });
    // The controller has done this, if it runs. The objects stay: they tell the others that the memberships ended.
    for (const { metadata } of memberships.items.filter((membership) => !hasEnded(membership))) {
      const ended = new Date().toISOString();
      await hub.client.mergePatch(membershipKind, metadata, { spec: { ended } }, { signal: input.signal });
    }
    // Its farewell stays, too, for members that are away now.
    for (const { spec } of memberships.items)
      await removeNotices(hub.client, spec.exchangeNamespace, cluster, { keepFarewell: true }, input.signal);
    // Last, when its worker can no longer write over it.
    await publishFarewell({ member, hub: hub.client, cluster, namespace }, Date.now(), input.signal);
    const access = [
      ...planJoinAccess(cluster, namespace),
      ...planWorkerAccess(cluster, namespace),
      ...planCredentialRequestAccess(projectOf(input), cluster),
    ];
    for (const object of access.toReversed()) await remove(hub.client, resourceKindOf(object), object.metadata, input.signal);
  });

/** {@link leaveHub}, or false when the hub does not answer or does not finish: it must not keep the member from leaving. */
const leaveHubIfThere = async (input: CliInput, member: Client, cluster: string, hubContext: string): Promise<boolean> => {
  try {
    await leaveHub(input, member, cluster, hubContext);
    return true;
  } catch (error) {
    if (!isAway(error)) throw error;
    input.terminal.err(`note: ${error.message} The member leaves all the same; run this command again when the hub works.`);
    return false;
  }
};

/** Refuses when the cluster of the context is another one than the one named. */
const checkMember = async (member: Client, cluster: string, context: string, signal: AbortSignal): Promise<void> => {
  const joined = await joinedName(member, signal);
  if (joined === undefined || joined === cluster) return;
  throw new Failure(
    'InvalidInput',
    `The cluster of context "${context}" is "${joined}", not "${cluster}"; run "kubeslice leave ${joined} --context ${context}" if you mean it.`,
  );
};

/** Takes the member apart, in the order in which nothing is made again by what is still there. */
const leaveMember = async (input: CliInput, member: Client): Promise<readonly string[]> => {
  const { signal, terminal } = input;
  const patience: Patience = { graceMs, signal };
  const inNamespace = (name: string) => ({ namespace: memberNamespace, name });
  const namespace = await member.find(namespaceKind, { name: memberNamespace }, { signal });

  await removeAndWait(member, deploymentKind, inNamespace('kubeslice-worker'), patience);
  await restoreClusterDns(member, signal);
  const found = await member.find(daemonSetKind, inNamespace('kubeslice-agent'), { signal });
  const image = found?.spec?.template.spec.containers[0]?.image ?? imageOf(input);
  await removeAndWait(member, daemonSetKind, inNamespace('kubeslice-agent'), patience);
  let unfinished: readonly string[] = [];
  if (namespace !== undefined && namespace.metadata.deletionTimestamp === undefined) {
    terminal.err('cleaning the nodes …');
    const limit = parseDuration(textOption(input, 'nodeLimit') ?? '2m', '--node-limit');
    const options = { ...memberDefaults(textOption(input, 'image') ?? image), logLevel: 'info' };
    unfinished = await cleanNodes(member, options, limit, patience);
  }
  await removeAllOf(member, endpointSliceKind, { labelSelector: `${endpointSliceManagerLabel}=${endpointSliceManager}` }, patience);
  const ours = catalogue.filter((kind) => kind.where.includes('member'));
  const sharedKinds = new Set(ours.filter((kind) => kind.where.includes('hub')).map((kind) => kind.resource.kind));
  const kinds = ours.map((kind) => kind.resource);
  for (const kind of kinds) {
    // A cluster may be the hub, too: what people and members wrote there stays.
    const only = sharedKinds.has(kind.kind) ? { namespace: memberNamespace } : {};
    await removeAllOf(member, kind, only, { ...patience, graceMs: 1000 });
  }
  for (const object of planMember(memberDefaults(image)).toReversed())
    if (object.kind !== 'Namespace') await remove(member, resourceKindOf(object), object.metadata, signal);
  for (const name of [hubSecret, authoritySecret]) await remove(member, secretKind, inNamespace(name), signal);
  await removeDefinitions(member, 'member', patience);
  await removeAndWait(member, namespaceKind, { name: memberNamespace }, { ...patience, graceMs: 120_000 });
  return unfinished;
};

/** `kubeslice leave`. */
export const command: CliCommand = {
  name: 'leave',
  summary: 'Take a member cluster out again, leaving nothing behind',
  description:
    'Removes worker, agents, DNS, tunnels, the entry in cluster DNS, and all objects of KubeSlice from the member, ServiceExports included; with --hub-context also its registration. Works on half-installed clusters and can be repeated.',
  arguments: [{ usage: '<name>', text: 'Name of the cluster in the project' }],
  options: [
    contextOption('Context of the member cluster'),
    { flags: '--hub-context <name>', text: 'Context of the hub; without it, the registration there stays' },
    projectOption,
    { flags: '--node-limit <duration>', text: 'How long to wait for nodes that do not answer', default: '2m' },
    imageOption,
    kubeconfigOption,
  ],
  examples: ['kubeslice leave east --hub-context hub --context east'],
  run: async (input) => {
    const { terminal } = input;
    const cluster = checkClusterName(input.arguments[0] ?? '');
    return withCluster(input, textOption(input, 'context'), async ({ client, context }) => {
      await client.raw('/version', { signal: input.signal });
      await checkMember(client, cluster, context, input.signal);
      const hubContext = textOption(input, 'hubContext');
      const isOffHub = hubContext !== undefined && (await leaveHubIfThere(input, client, cluster, hubContext));
      if (isOffHub) terminal.out(`Cluster "${cluster}" is off the hub.`);
      const unfinished = await leaveMember(input, client);
      terminal.out(
        unfinished.length === 0
          ? `Nothing of KubeSlice is left in context "${context}".`
          : `KubeSlice is removed from context "${context}", but for these nodes, which did not answer and keep their tunnels until they restart: ${unfinished.join(', ')}.`,
      );
      if (!isOffHub) {
        const on = `--context ${hubContext ?? 'HUB'} -n ${projectNamespace(projectOf(input))}`;
        terminal.out(`If it is still registered on the hub: kubectl ${on} delete cluster ${cluster}`);
      }
      if (!isOffHub) {
        terminal.out(
          `Other members keep its authority pinned, because it left without a signed farewell; if it joins again: kubeslice trust forget ${cluster} --context <each member>`,
        );
      }
      return unfinished.length === 0 && (hubContext === undefined || isOffHub) ? exitCodes.ok : exitCodes.unhealthy;
    });
  },
};
