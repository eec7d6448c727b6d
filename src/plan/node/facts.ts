import { excludeLabel } from '../../api/labels.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import type { Node } from '../../values/builtin/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { compareText, sortedBy } from '../../values/order.ts';
import type { NodeDecisions, NodeFacts, PeerFacts, PodFacts, SliceFacts } from './node-state.ts';

/** The objects of the member cluster that concern one node. */
export interface NodeObjects {
  readonly node: string;
  readonly nodeObject: Node | undefined;
  /** Those of this node. */
  readonly sliceNodes: readonly SliceNode[];
  readonly slicePeers: readonly SlicePeer[];
  readonly slices: readonly Slice[];
  /** Those of this node. */
  readonly pods: readonly Pod[];
}

const podOf = ({ metadata, spec, status }: Pod): PodFacts => ({
  uid: metadata.uid ?? '',
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  eligible:
    spec?.hostNetwork !== true && metadata.labels?.[excludeLabel] !== 'true' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
});

/** External addresses first: they are reached from other networks, which is what slices are for; host names are not looked up. */
const addressesOf = (node: Node | undefined): string[] => {
  const all = node?.status?.addresses ?? [];
  const ofType = (type: string): string[] => all.filter((entry) => entry.type === type).map((entry) => entry.address);
  return [...new Set([...ofType('ExternalIP'), ...ofType('InternalIP')])];
};

/** The peers of a slice without this node itself, which the worker lists like any other. */
const peersOf = (sliceNode: SliceNode, peers: readonly SlicePeer[]): PeerFacts[] =>
  peers
    .filter(({ spec }) => spec.slice === sliceNode.spec.slice && !spec.blocks.some((block) => sliceNode.spec.blocks.includes(block)))
    .map(({ spec: { cluster, node, publicKey, endpoints, blocks, drivers, router } }) => ({
      cluster,
      node,
      publicKey,
      endpoints,
      blocks,
      drivers,
      router,
    }));

/** What the objects say about a node, in an order that does not depend on theirs. */
export const nodeFacts = (objects: NodeObjects): NodeFacts => {
  const slices = new Map(objects.slices.map((slice) => [slice.metadata.name, slice]));
  const facts = objects.sliceNodes
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(
      (sliceNode): SliceFacts => ({
        name: sliceNode.spec.slice,
        uid: sliceNode.spec.sliceUID,
        subnet: sliceNode.spec.sliceSubnet,
        blocks: sliceNode.spec.blocks,
        driver: sliceNode.spec.driver,
        namespaces: memberNamespaces(slices.get(sliceNode.spec.slice)?.spec ?? { sliceSubnet: sliceNode.spec.sliceSubnet }),
        servicePorts: sliceNode.spec.servicePorts ?? [],
        peers: sortedBy(peersOf(sliceNode, objects.slicePeers), (peer) => `${peer.cluster}/${peer.node}`),
      }),
    );
  return {
    node: objects.node,
    addresses: addressesOf(objects.nodeObject),
    slices: sortedBy(facts, (slice) => slice.name),
    pods: objects.pods.map(podOf).toSorted((a, b) => compareText(a.uid, b.uid)),
  };
};

/**
 * Decisions as they can be read from what this node published: ports and the addresses of attached pods. With them a node that lost its
 * snapshot goes on as it was, instead of giving running pods other addresses.
 */
export const publishedDecisions = (sliceNodes: readonly SliceNode[]): NodeDecisions =>
  Object.fromEntries(
    sliceNodes.flatMap(({ spec, status }) => {
      if (status?.port === undefined) return [];
      const leases = Object.fromEntries(Object.entries(status.pods ?? {}).map(([uid, { address }]) => [uid, address]));
      return [[spec.slice, { uid: spec.sliceUID, port: status.port, leases, freed: {} }] as const];
    }),
  );
