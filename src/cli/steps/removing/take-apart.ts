import { networking } from '../../../api/groups.ts';
import { endpointSliceManager, endpointSliceManagerLabel } from '../../../api/labels.ts';
import { memberNamespace } from '../../../api/places.ts';
import { componentName } from '../../../install/metadata.ts';
import { type MemberOptions, memberDefaults } from '../../../install/options.ts';
import type { Client } from '../../../kubernetes/client.ts';
import {
  clusterRoleKind,
  customResourceDefinitionKind,
  daemonSetKind,
  deploymentKind,
  endpointSliceKind,
  namespaceKind,
} from '../../../kubernetes/kinds.ts';
import { removeClusterProperties } from '../about-definitions.ts';
import { restoreClusterDns } from '../cluster-dns.ts';
import { removeMcsImports } from '../mcs-definitions.ts';
import { placeOfPart } from '../parts.ts';
import { cleanNodes } from './clean-nodes.ts';
import type { NodeAnswers } from './node-answers.ts';
import { type Patience, removeAllOf, removeAndWait } from './remove.ts';

/** Annotation of a namespace that is being deleted after its nodes were found clean. */
const cleanedAnnotation = 'kubeslice.io/nodes-cleaned';

/** Whether the nodes of a cluster may still have something of KubeSlice, as far as its API server shows. */
export const mayHaveNodesToClean = async (member: Client, signal: AbortSignal): Promise<boolean> => {
  const namespace = await member.find(namespaceKind, { name: memberNamespace }, { signal });
  if (namespace !== undefined) {
    const { deletionTimestamp, annotations } = namespace.metadata;
    // A namespace that stays may belong to a new join.
    return deletionTimestamp === undefined || annotations?.[cleanedAnnotation] === undefined;
  }
  // The namespace may have been deleted by hand.
  const traces = await Promise.all([
    member.find(customResourceDefinitionKind, { name: `slicenodes.${networking.group}` }, { signal }),
    member.find(clusterRoleKind, { name: componentName('agent') }, { signal }),
  ]);
  return traces.some((trace) => trace !== undefined);
};

/** The inputs of the removal of a member. */
export interface TakingApart {
  /** Used when the agents, which have their own, no longer exist. */
  readonly image: string;
  /** Used in any case, when the user named it. */
  readonly namedImage: string | undefined;
  readonly nodeLimitMs: number;
  readonly patience: Patience;
  readonly say: (line: string) => void;
}

/** The options of the removed agents' pods, for what no longer exists. */
const optionsOf = async (member: Client, { image, namedImage, patience: { signal } }: TakingApart): Promise<MemberOptions> => {
  const spec = (await member.find(daemonSetKind, placeOfPart('member'), { signal }))?.spec?.template.spec;
  const installed = spec?.containers[0];
  return {
    ...memberDefaults(namedImage ?? installed?.image ?? image),
    imagePullSecrets: spec?.imagePullSecrets ?? [],
    imagePullPolicy: installed?.imagePullPolicy ?? 'IfNotPresent',
  };
};

/**
 * Ends the work of a member, in the order in which no running program creates anything again: the worker, the zone in cluster DNS, the agents, what
 * they created on the nodes, and the addresses of the services of others. Objects of the installation stay.
 *
 * @returns which nodes are known to be clean; undefined when there was no need to check them.
 */
export const endMember = async (member: Client, taking: TakingApart, shouldClean: boolean): Promise<NodeAnswers | undefined> => {
  const { patience, say, nodeLimitMs } = taking;
  const { signal } = patience;
  await removeAndWait(member, deploymentKind, { namespace: memberNamespace, name: componentName('worker') }, patience);
  await restoreClusterDns(member, signal);
  const options = await optionsOf(member, taking);
  await removeAndWait(member, daemonSetKind, placeOfPart('member'), patience);
  let answers: NodeAnswers | undefined;
  if (shouldClean) {
    const namespace = await member.find(namespaceKind, { name: memberNamespace }, { signal });
    // A namespace that is being deleted accepts no pods.
    if (namespace?.metadata.deletionTimestamp !== undefined)
      await removeAndWait(member, namespaceKind, { name: memberNamespace }, { ...patience, graceMs: 120_000 });
    say('cleaning the nodes …');
    answers = await cleanNodes(member, options, { limitMs: nodeLimitMs, patience, say });
    if (answers.silent.length === 0)
      await member.mergePatch(
        namespaceKind,
        { name: memberNamespace },
        { metadata: { annotations: { [cleanedAnnotation]: 'true' } } },
        { signal },
      );
  }
  await removeMcsImports(member, patience);
  await removeClusterProperties(member, patience);
  await removeAllOf(member, endpointSliceKind, { labelSelector: `${endpointSliceManagerLabel}=${endpointSliceManager}` }, patience);
  return answers;
};
