import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { clusterLabel } from '../../api/labels.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { PeerFields, SlicePeer } from '../../api/slicepeer/type.ts';
import { containsIp, parseCidr } from '../../values/address/cidr.ts';
import { formatIp, readIp } from '../../values/address/ip.ts';
import type { Node } from '../../values/builtin/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { Failure } from '../../values/failure.ts';
import { isDnsLabel } from '../../values/text/names.ts';
import { compareText, sortedBy } from '../../values/text/order.ts';
import type { SliceAccess } from '../policy/access.ts';
import { grantedAccess, sliceAccessOf } from './access-facts.ts';
import { labelField, subdomainField, uidField } from './fields.ts';
import { isMemberPod } from './member-pod.ts';
import {
  isAbsent,
  type NodeDecisions,
  type NodeFacts,
  type PeerFacts,
  type PodFacts,
  peerName,
  type SliceFacts,
  type SliceRefusal,
} from './node-state.ts';
import { parseDecisions, parseSliceNode, type SliceNodeFacts } from './parse-slice-node.ts';
import { parseSlicePeer } from './parse-slice-peer.ts';

/** The objects of the member cluster that concern one node. */
export interface NodeObjects {
  readonly node: string;
  readonly nodeObject: Node | undefined;
  /** Those of this node. */
  readonly sliceNodes: readonly SliceNode[];
  readonly slicePeers: readonly SlicePeer[];
  readonly slices: readonly Slice[];
  /** Policies of owners of pods, in every namespace. @default none */
  readonly accessPolicies?: readonly AccessPolicy[];
  /** Those of this node. */
  readonly pods: readonly Pod[];
}

/** What a SlicePeer gives: the peer, a sentence why its content is refused, or both when the peer goes on with what was accepted before. */
export interface ReadPeer {
  readonly peer?: PeerFacts;
  readonly refused?: string;
}

/** Reads a SlicePeer of a slice; `known` returns a peer by name, as the node has used it so far. */
export type PeerReader = (object: SlicePeer, slice: SliceNodeFacts, known: (name: string) => PeerFacts | undefined) => ReadPeer;

/** The result of a reader, or a sentence why it refuses. */
const attempt = <T>(read: () => T): T | string => {
  try {
    return read();
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return error.message;
    throw error;
  }
};

const podOf = (object: Pod): PodFacts[] => {
  const { metadata, spec } = object;
  const pod = attempt(() => ({
    uid: uidField('metadata.uid', metadata.uid),
    namespace: labelField('metadata.namespace', metadata.namespace),
    name: subdomainField('metadata.name', metadata.name),
    eligible: isMemberPod(object),
    ...(spec?.serviceAccountName === undefined || spec.serviceAccountName === ''
      ? {}
      : { serviceAccount: spec.serviceAccountName, labels: metadata.labels ?? {} }),
  }));
  // The API server allows no such name; a pod with one could not be identified by it.
  return typeof pod === 'string' ? [] : [pod];
};

/** External addresses first: other networks can reach them, which is the purpose of slices. Host names are ignored. */
const addressesOf = (node: Node | undefined): string[] => {
  const all = node?.status?.addresses ?? [];
  const ofType = (type: string): string[] =>
    all.flatMap((entry) => {
      const ip = entry.type === type ? readIp(entry.address) : undefined;
      return ip === undefined ? [] : [formatIp(ip)];
    });
  return [...new Set([...ofType('ExternalIP'), ...ofType('InternalIP')])];
};

/** Networks that are reachable from inside only (RFC 1918, RFC 6598, RFC 4193). */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(parseCidr);

/**
 * Within a cluster the private addresses first: nodes publish their external ones first, for other clusters, and a cloud's firewall may block those
 * from inside.
 */
const privateFirst = (peer: PeerFacts): PeerFacts => {
  const isPrivate = ({ address }: PeerFacts['endpoints'][number]): boolean => {
    const ip = readIp(address);
    return ip !== undefined && privateNetworks.some((network) => containsIp(network, ip));
  };
  return { ...peer, endpoints: [...peer.endpoints.filter(isPrivate), ...peer.endpoints.filter((endpoint) => !isPrivate(endpoint))] };
};

const objectName = (kind: string, { metadata }: { readonly metadata: { readonly name: string } }): string => `${kind} ${metadata.name}`;

/** Reads the plain fields of an object, or of what a cluster stated. */
export const readPlainPeer = (object: { readonly spec: PeerFields }, { subnet }: Pick<SliceNodeFacts, 'subnet'>): ReadPeer => {
  const read = attempt(() => parseSlicePeer(object, subnet));
  return typeof read === 'string' ? { refused: read } : { peer: read };
};

/** The peers of a slice without this node itself, which the worker lists like any other, and the reasons to refuse others. */
const peersOf = (
  slice: SliceNodeFacts,
  before: readonly PeerFacts[],
  cluster: string | undefined,
  objects: readonly SlicePeer[],
  readOne: PeerReader,
) => {
  const peers: PeerFacts[] = [];
  const refusals: SliceRefusal[] = [];
  let byName: ReadonlyMap<string, PeerFacts> | undefined;
  const known = (name: string): PeerFacts | undefined => (byName ??= new Map(before.map((peer) => [peerName(peer), peer]))).get(name);
  for (const object of objects) {
    if (object.spec.slice !== slice.name) continue;
    const { peer, refused } = readOne(object, slice, known);
    if (refused !== undefined) refusals.push({ slice: slice.name, message: `${objectName('SlicePeer', object)}: ${refused}` });
    if (peer !== undefined && !peer.blocks.some((block) => slice.blocks.includes(block)))
      peers.push(peer.cluster === cluster ? privateFirst(peer) : peer);
  }
  return { peers: sortedBy(peers, peerName), refusals };
};

/** The policies of a slice; those of owners count in namespaces of the slice. */
const accessOf = (
  cluster: string | undefined,
  name: string,
  slice: Slice | undefined,
  namespaces: readonly string[],
  policies: readonly AccessPolicy[] = [],
): SliceAccess | undefined => {
  const owned = policies.filter(({ metadata, spec }) => spec.slice === name && namespaces.includes(metadata.namespace ?? ''));
  return cluster === undefined ? undefined : sliceAccessOf(cluster, grantedAccess(slice), owned);
};

/**
 * The facts about a node from the objects, independent of their order. Every field is parsed into a value here, once. An object with an invalid field
 * is refused with a sentence that names both; other objects are not affected.
 *
 * ```
 * refused       then
 * SliceNode     its slice stays as in `before`, or is absent; the other slices are not affected
 * SlicePeer     the slice works without that peer
 * ```
 * A missing Slice whose SliceNode has not ended was deleted with its definition, or does not exist yet: its namespaces stay as in `before`.
 *
 * @param before the facts that this node has used so far
 */
export const nodeFacts = (objects: NodeObjects, before?: NodeFacts, readOne: PeerReader = readPlainPeer): NodeFacts => {
  const addresses = addressesOf(objects.nodeObject);
  const mirrored = new Map(objects.slices.map((slice) => [slice.metadata.name, slice]));
  const slices = new Map<string, SliceFacts>();
  const refused: SliceRefusal[] = [];
  const held = (name: string, uid: string) => before?.slices.find((slice) => slice.name === name && slice.uid === uid);
  for (const sliceNode of sortedBy(objects.sliceNodes, ({ metadata }) => metadata.name)) {
    const name = sliceNode.spec.slice;
    // The worker writes one for each slice and node; of two, the first by name counts.
    if (sliceNode.metadata.deletionTimestamp !== undefined || slices.has(name)) continue;
    const read = attempt(() => parseSliceNode(sliceNode, addresses));
    if (typeof read === 'string') refused.push({ slice: name, message: `${objectName('SliceNode', sliceNode)}: ${read}` });
    const known = typeof read === 'string' ? before?.slices.find((slice) => slice.name === name) : read;
    if (known === undefined) continue;
    const peersBefore = held(name, known.uid)?.peers ?? [];
    // A node without a part in the slice needs no peers.
    const peerObjects = isAbsent(known) ? [] : objects.slicePeers;
    const { peers, refusals } = peersOf(known, peersBefore, sliceNode.metadata.labels?.[clusterLabel], peerObjects, readOne);
    refused.push(...refusals);
    const spec = mirrored.get(name)?.spec;
    const members = spec === undefined ? (held(name, known.uid)?.namespaces ?? []) : memberNamespaces(spec).filter(isDnsLabel);
    const access = attempt(() =>
      accessOf(sliceNode.metadata.labels?.[clusterLabel], name, mirrored.get(name), members, objects.accessPolicies),
    );
    // Refused policies leave those in force that were before.
    if (typeof access === 'string') refused.push({ slice: name, message: access });
    const used = typeof access === 'string' || spec === undefined ? held(name, known.uid)?.access : access;
    slices.set(name, { ...known, namespaces: members, peers, ...(used === undefined ? {} : { access: used }) });
  }
  return {
    node: objects.node,
    addresses,
    slices: sortedBy(slices.values(), (slice) => slice.name),
    pods: objects.pods.flatMap(podOf).toSorted((a, b) => compareText(a.uid, b.uid)),
    ...(refused.length === 0 ? {} : { refused: sortedBy(refused, ({ slice, message }) => `${slice} ${message}`) }),
  };
};

/**
 * The decisions in this node's published status: ports and the addresses of attached pods. A node that lost its snapshot continues with these,
 * instead of giving running pods other addresses.
 */
export const publishedDecisions = (sliceNodes: readonly SliceNode[]): NodeDecisions =>
  Object.fromEntries(
    sliceNodes.flatMap((sliceNode) => {
      const decisions = parseDecisions(sliceNode);
      return decisions === undefined || !isDnsLabel(sliceNode.spec.slice) ? [] : [[sliceNode.spec.slice, decisions] as const];
    }),
  );
