import { clusterKind, serviceImportKind, sliceNodeKind } from '../../api/kinds.ts';
import { memberNamespace, projectNamespace } from '../../api/places.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { type Pod, podKind } from '../../kubernetes/kinds.ts';
import { type FlowNames, type MemberFlows, nameKey } from '../../plan/flows/flow-row.ts';
import type { FlowsQuestion } from '../../plan/flows/node-flows.ts';
import { Failure } from '../../values/failure.ts';
import type { CliInput } from '../command.ts';
import { projectOf } from '../options/common-options.ts';
import { findMember } from '../steps/installed-member.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { openNamedMember } from '../steps/open-named-member.ts';
import { askFlows, runningPod } from './ask-node.ts';
import { Readings } from './readings.ts';

/** Somebody who was not asked, and why. */
export interface Unasked {
  /** `cluster west`, or `node east/node-1`. */
  readonly who: string;
  readonly why: string;
}

/** The flows of the members that could be asked. */
export interface FlowsOfMembers {
  readonly members: readonly MemberFlows[];
  readonly names: FlowNames;
  readonly unasked: readonly Unasked[];
}

/** Most nodes that are asked at once: those of a cluster listen at the same time. */
const atOnce = 64;

/** Names of the clusters of the project on a hub; none where the context is no hub. */
const clustersOf = async ({ client }: OpenCluster, input: CliInput): Promise<readonly string[]> => {
  try {
    const { items } = await client.list(clusterKind, { namespace: projectNamespace(projectOf(input)), signal: input.signal });
    return items.map(({ metadata }) => metadata.name).toSorted();
  } catch (error) {
    if (Failure.is(error, 'NotFound') || Failure.is(error, 'Forbidden')) return [];
    throw error;
  }
};

/** The names of pods and services that a member knows by address. */
const namesIn = (sliceNodes: readonly SliceNode[], imports: readonly ServiceImport[]): FlowNames => {
  const pods = new Map<string, string>();
  const services = new Map<string, string>();
  for (const { spec, status } of imports) {
    const [name = '', namespace = ''] = spec.dnsName.split('.');
    for (const endpoint of status?.endpoints ?? []) {
      const key = nameKey(spec.slice, endpoint.ip);
      services.set(key, `${namespace}/${name}`);
      if (endpoint.name !== undefined) pods.set(key, `${namespace}/${endpoint.name}`);
    }
  }
  for (const { spec, status } of sliceNodes)
    for (const pod of Object.values(status?.pods ?? {})) pods.set(nameKey(spec.slice, pod.address), `${pod.namespace}/${pod.name}`);
  return { pods, services };
};

interface OneMember extends MemberFlows {
  readonly names: FlowNames;
  readonly unasked: readonly Unasked[];
}

const askMember = async (member: OpenCluster, cluster: string, question: FlowsQuestion, signal: AbortSignal): Promise<OneMember> => {
  const { client } = member;
  const namespace = memberNamespace;
  // Names are good to have; who may not read them gets addresses.
  const readings = new Readings(client, signal);
  const [pods, sliceNodes, imports] = await Promise.all([
    client.list<Pod>(podKind, { namespace, signal }).then(({ items }) => items),
    readings.list(sliceNodeKind, namespace),
    readings.list(serviceImportKind),
  ]);
  const nodes = [...new Set(pods.flatMap(({ spec }) => (spec?.nodeName === undefined ? [] : [spec.nodeName])))].toSorted();
  const asked = nodes.flatMap((node) => {
    const agent = runningPod(pods, 'agent', node)?.metadata.name;
    return agent === undefined ? [] : [{ node, agent }];
  });
  const unasked: Unasked[] = [];
  const answers: MemberFlows['answers'][number][] = [];
  const waiting = [...asked];
  const ask = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      try {
        answers.push(await askFlows(member, one.agent, question, signal));
      } catch (error) {
        // Who may not ask one node may ask none.
        if (Failure.is(error, 'Interrupted') || Failure.is(error, 'Forbidden')) throw error;
        unasked.push({ who: `node ${cluster}/${one.node}`, why: Failure.from(error).message });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  if (asked.length === 0) unasked.push({ who: `cluster ${cluster}`, why: 'no agent runs on any of its nodes' });
  return { cluster, answers, names: namesIn(sliceNodes, imports), unasked };
};

/** What the cluster of a context is: a member, a hub with members, or both. */
export interface FoundSides {
  /** Name of the member. */
  readonly member: string | undefined;
  /** Namespace of the project on the hub. */
  readonly project: string | undefined;
  /** The clusters of the project. */
  readonly clusters: readonly string[];
}

/** Finds the sides of the cluster of a context. @throws Failure NotFound when it is neither a member nor a hub with clusters. */
export const findSides = async (input: CliInput, here: OpenCluster): Promise<FoundSides> => {
  const [own, clusters] = await Promise.all([findMember(here.client, input.signal), clustersOf(here, input)]);
  if (own === undefined && clusters.length === 0)
    throw new Failure(
      'NotFound',
      `Context "${here.context}" is neither a member nor a hub with clusters, so there are no nodes to ask; name another with --context.`,
    );
  return {
    member: own === undefined ? undefined : (own.cluster ?? here.context),
    project: clusters.length === 0 ? undefined : projectNamespace(projectOf(input)),
    clusters,
  };
};

/**
 * Asks the nodes of the member of a context, or of every member of the hub of a context. A hub has no way to nodes of members, and gets none for this: so
 * each member is asked through the context that has its name, and those without one are named.
 *
 * @throws Failure Forbidden when the nodes of the member may not be asked.
 */
export const flowsOfMembers = async (
  input: CliInput,
  here: OpenCluster,
  { member: own, clusters }: FoundSides,
  question: FlowsQuestion,
): Promise<FlowsOfMembers> => {
  const { signal } = input;
  const asked = await Promise.all([
    ...(own === undefined ? [] : [askMember(here, own, question, signal)]),
    ...clusters
      .filter((cluster) => cluster !== own)
      .map(async (cluster): Promise<OneMember> => {
        const empty = { cluster, answers: [], names: { pods: new Map(), services: new Map() } };
        const unasked = (why: string): OneMember => ({ ...empty, unasked: [{ who: `cluster ${cluster}`, why }] });
        const member = await openNamedMember(input, here, cluster);
        if (member === undefined)
          return unasked(`the hub has no way to its nodes, and no context "${cluster}" leads to it; its administrator asks with --context`);
        try {
          return await askMember(member, cluster, question, signal);
        } catch (error) {
          if (Failure.is(error, 'Interrupted')) throw error;
          return unasked(Failure.from(error).message);
        } finally {
          member.client.close();
        }
      }),
  ]);
  return {
    members: asked.map(({ cluster, answers }) => ({ cluster, answers })),
    names: {
      pods: new Map(asked.flatMap(({ names }) => [...names.pods])),
      services: new Map(asked.flatMap(({ names }) => [...names.services])),
    },
    unasked: asked.flatMap((one) => one.unasked),
  };
};
