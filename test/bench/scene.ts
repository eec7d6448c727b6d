import { sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { type Node, nodeKind, type Pod, podKind } from '../../src/kubernetes/kinds.ts';
import type { Bed, Member } from './bed.ts';
import type { Follower } from './follow.ts';
import type { Shell } from './shell.ts';
import { answering, isReady, makeNamespace, pod, remove, slice } from './workload.ts';

/** One end of what is measured: a pod in the slice, and one on the network of the same node. */
export interface End {
  readonly cluster: Member;
  /** Name of the node that both pods are on. */
  readonly node: string;
  /** Address of the node on the underlay. */
  readonly nodeAddress: string;
  /** Address of the pod in the slice. */
  readonly address: string;
  readonly inSlice: Shell;
  readonly onNode: Shell;
}

/** A slice in which `west` calls and `east` answers HTTP on port 80. */
export interface Scene {
  readonly slice: string;
  readonly namespace: string;
  readonly east: End;
  readonly west: End;
  /** The nodes of the slice in east, with what is attached there. */
  readonly sliceNodes: Follower<SliceNode>;
}

/** Name of the slice in which most is measured. */
export const benchSlice = 'bench';
/** Its namespace. */
export const benchNamespace = 'bench';
/** Namespace of the pods on the nodes' own network. */
const nodeNamespace = 'bench-nodes';
const podName = { east: 'far', west: 'near' } as const;

/** The slice address of a pod, as its node's agent has published it. */
export const addressOf = (nodes: readonly SliceNode[], sliceName: string, podUID: string): string | undefined =>
  nodes.filter(({ spec }) => spec.slice === sliceName).flatMap(({ status }) => status?.pods?.[podUID]?.address ?? [])[0];

/** Makes a slice; it is removed at the end. */
export const makeSlice = async (bed: Bed, wanted: Slice): Promise<void> => {
  const found = await bed.follow<Slice>(bed.hub, { kind: sliceKind, fieldSelector: `metadata.name=${wanted.metadata.name}` });
  await remove(bed.hub, sliceKind, wanted.metadata, { signal: bed.signal });
  await found.when(`slice ${wanted.metadata.name} of an earlier run is gone`, (all) => all.length === 0);
  await bed.hub.apply(sliceKind, wanted, { signal: bed.signal });
  bed.later((undo) => remove(bed.hub, sliceKind, wanted.metadata, { signal: undo }));
};

const openEnd = async (bed: Bed, cluster: Member): Promise<{ end: End; sliceNodes: Follower<SliceNode> }> => {
  const { signal } = bed;
  const client = bed[cluster];
  await Promise.all([makeNamespace(bed, client, benchNamespace), makeNamespace(bed, client, nodeNamespace)]);
  const nodes = await client.list<Node>(nodeKind, { signal });
  const node = nodes.items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0];
  if (node === undefined) throw new Error(`cluster ${cluster} has no node`);
  const place = { nodeName: node.metadata.name };
  const name = podName[cluster];
  const created = await client.create(podKind, pod(benchNamespace, name, place, answering), { signal });
  await client.create(podKind, pod(nodeNamespace, name, { ...place, hostNetwork: true }), { signal });
  const pods = await bed.follow<Pod>(client, { kind: podKind });
  await pods.when(`the pods in ${cluster} are ready`, (all) => all.filter((each) => isReady(each) && isOurs(each)).length === 2);
  const sliceNodes = await bed.follow<SliceNode>(client, { kind: sliceNodeKind, namespace: 'kubeslice-system' });
  const uid = created.metadata.uid ?? '';
  await sliceNodes.when(`pod ${name} is attached`, (all) => addressOf(all, benchSlice, uid) !== undefined);
  return {
    sliceNodes,
    end: {
      cluster,
      node: node.metadata.name,
      nodeAddress: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
      address: addressOf(sliceNodes.list(), benchSlice, uid) ?? '',
      inSlice: bed.shell(cluster, benchNamespace, name),
      onNode: bed.shell(cluster, nodeNamespace, name),
    },
  };
};

const isOurs = ({ metadata }: Pod): boolean => metadata.namespace === benchNamespace || metadata.namespace === nodeNamespace;

/** Makes the scene and waits until its two pods reach one another. */
export const setScene = async (bed: Bed): Promise<Scene> => {
  bed.report('two pods, one in each cluster, and a slice for them');
  await makeSlice(bed, slice(benchSlice, '10.203.0.0/16', [benchNamespace]));
  const [east, west] = await Promise.all([openEnd(bed, 'east'), openEnd(bed, 'west')]);
  await west.end.inSlice.run(`until ping -c1 -W1 -n ${east.end.address} >/dev/null; do sleep 0.1; done`);
  return { slice: benchSlice, namespace: benchNamespace, east: east.end, west: west.end, sliceNodes: east.sliceNodes };
};
