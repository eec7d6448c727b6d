import { clusterKind, membershipKind, noticeKind, projectKind, sliceKind } from '../../api/kinds.ts';
import { managedBy, managedByLabel, projectLabel } from '../../api/labels.ts';
import { defaultProject, hubNamespace, memberNamespace, projectNamespace } from '../../api/places.ts';
import { planHub } from '../../install/hub.ts';
import { resourceKindOf } from '../../install/kinds.ts';
import { hubDefaults } from '../../install/options.ts';
import type { Client } from '../../kubernetes/client.ts';
import {
  configMapKind,
  deploymentKind,
  leaseKind,
  namespaceKind,
  roleBindingKind,
  roleKind,
  serviceAccountKind,
} from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { Failure } from '../../values/failure.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { CliCommand, CliInput } from '../command.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { findMember } from '../steps/installed-member.ts';
import { isConnected } from '../steps/joining/hub-registration.ts';
import { type OpenCluster, withCluster } from '../steps/open-cluster.ts';
import { type Patience, removeAllOf, removeAndWait } from '../steps/removing/remove.ts';
import { removeDefinitions } from '../steps/removing/remove-definitions.ts';

const ours = `${managedByLabel}=${managedBy}`;

/** How long the controller gets to remove its finalizers. */
const graceMs = 45_000;

const notMirrored = (object: KubernetesObject): boolean => object.metadata.namespace !== memberNamespace;

/** Names of the clusters whose workers are connected now. */
const connectedClusters = async (hub: Client, signal: AbortSignal): Promise<string[]> => {
  try {
    const { items } = await hub.list(clusterKind, { signal });
    return items.filter(isConnected).map(({ metadata }) => metadata.name);
  } catch (error) {
    if (Failure.is(error, 'NotFound')) return [];
    throw error;
  }
};

/**
 * Refuses when the removal would leave clusters without a hub.
 *
 * @throws Failure InvalidInput while clusters are connected, unless `--force` is given.
 */
const checkConnected = async ({ options, terminal, signal }: CliInput, hub: Client): Promise<void> => {
  const connected = await connectedClusters(hub, signal);
  if (connected.length === 0) return;
  const joined = `Still joined and connected: ${connected.join(', ')}`;
  if (options.force !== true) {
    throw new Failure(
      'InvalidInput',
      `${joined}, whose slices would end and whose nodes would keep what KubeSlice put there; remove each first with "kubeslice leave <name> --context <its context>", or uninstall anyway with --force.`,
    );
  }
  terminal.err(`${joined}. Remove each with "kubeslice leave <name> --context <its context>".`);
};

/** Refuses a member cluster: nothing of it is removed here, and it needs its kinds. @throws Failure InvalidInput. */
const checkHub = async ({ client, context }: OpenCluster, signal: AbortSignal): Promise<void> => {
  if ((await client.find(namespaceKind, { name: hubNamespace }, { signal })) !== undefined) return;
  const member = await findMember(client, signal);
  if (member === undefined) return;
  throw new Failure(
    'InvalidInput',
    `Context "${context}" is a member cluster, not a hub; run "kubeslice leave ${member.cluster ?? '<name>'} --context ${context}".`,
  );
};

/** Removes the objects of KubeSlice from the namespaces of projects, and the namespaces that it created. */
const removeProjects = async (hub: Client, patience: Patience): Promise<void> => {
  const labelled = await hub.list(namespaceKind, { labelSelector: `${ours},${projectLabel}`, signal: patience.signal });
  const made = labelled.items.map(({ metadata }) => metadata.name);
  for (const namespace of [projectNamespace(defaultProject), ...made])
    for (const kind of [roleBindingKind, roleKind, serviceAccountKind, leaseKind, configMapKind])
      await removeAllOf(hub, kind, { namespace, labelSelector: ours }, patience);
  for (const name of made) await removeAndWait(hub, namespaceKind, { name }, { ...patience, graceMs: 120_000 });
};

/** `kubeslice uninstall`. */
export const command: CliCommand = {
  name: 'uninstall',
  summary: 'Remove the controller and everything of KubeSlice from the hub',
  description:
    'Removes all slices, clusters, notice boards, accounts and roles, the controller and its kinds. "kubeslice leave" removes member clusters; run it first: while one is connected, nothing is removed without --force. Works on half-installed hubs and can be repeated.',
  options: [
    contextOption('Context of the hub cluster'),
    { flags: '--force', text: 'Uninstall also while clusters are joined and connected' },
    kubeconfigOption,
  ],
  examples: ['kubeslice uninstall --context hub'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (opened) => {
      const { terminal, signal } = input;
      const { client: hub, context } = opened;
      await hub.raw('/version', { signal });
      await checkHub(opened, signal);
      await checkConnected(input, hub);
      const controller = await hub.find(deploymentKind, { namespace: hubNamespace, name: 'kubeslice-controller' }, { signal });
      const patience: Patience = { graceMs: (controller?.status?.availableReplicas ?? 0) > 0 ? graceMs : 1000, signal };
      await removeAllOf(hub, sliceKind, { only: notMirrored, confirm: true }, patience);
      await removeAllOf(hub, clusterKind, { confirm: true }, patience);
      // From here on nothing may be created again.
      await removeAndWait(hub, deploymentKind, { namespace: hubNamespace, name: 'kubeslice-controller' }, { graceMs, signal });
      for (const kind of [membershipKind, noticeKind, projectKind]) await removeAllOf(hub, kind, {}, { graceMs: 1000, signal });
      await removeProjects(hub, { graceMs, signal });
      for (const object of planHub(hubDefaults('')).toReversed())
        if (object.kind !== 'Namespace') await remove(hub, resourceKindOf(object), object.metadata, signal);
      await removeDefinitions(hub, 'hub', { graceMs, signal });
      await removeAndWait(hub, namespaceKind, { name: hubNamespace }, { graceMs: 120_000, signal });
      const member = await findMember(hub, signal);
      terminal.out(
        member === undefined
          ? `Nothing of KubeSlice is left in context "${context}".`
          : `The hub is removed from context "${context}"; as a member this cluster stays: "kubeslice leave ${member.cluster ?? '<name>'} --context ${context}" removes that too.`,
      );
      return 0;
    }),
};
