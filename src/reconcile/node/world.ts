import { accessPolicyKind, noticeKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../api/kinds.ts';
import { endpointSliceManager, endpointSliceManagerLabel, nodeLabel, statementLabel } from '../../api/labels.ts';
import { forgottenConfigMap, memberNamespace } from '../../api/places.ts';
import { nodeLabelValue, type SliceNode } from '../../api/slicenode/type.ts';
import { positionOf } from '../../exchange/notice/notice-page.ts';
import { readAuthorityOrders } from '../../exchange/trust/authority-orders.ts';
import { createMirror } from '../../kubernetes/mirror.ts';
import type { Client } from '../../kubernetes/port.ts';
import { type NodeObjects, nodeFacts, publishedDecisions } from '../../plan/facts/facts.ts';
import { deletedPeersInUse, type HeldFacts, holdLost } from '../../plan/facts/lost-objects.ts';
import { type NodeDecisions, type NodeFacts, peerName, type SliceFacts } from '../../plan/facts/node-state.ts';
import { forgetOrders } from '../../plan/peers/forget-order.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

import { configMapKind } from '../../values/builtin/config-map.ts';
import { type EndpointSlice, endpointSliceKind } from '../../values/builtin/endpoint-slice.ts';
import { nodeKind } from '../../values/builtin/node.ts';
import { type Pod, podKind } from '../../values/builtin/pod.ts';
import type { Clock } from '../../values/clock.ts';
import type { PeerVerification } from './identity/peer-verification.ts';

/** Keeps only the fields of a pod that are read here, to save memory. */
const trimPod = ({ apiVersion, kind, metadata, spec, status }: Pod): Pod => {
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: {
      containers: [],
      ...(spec?.hostNetwork === undefined ? {} : { hostNetwork: spec.hostNetwork }),
      ...(spec?.serviceAccountName === undefined ? {} : { serviceAccountName: spec.serviceAccountName }),
    },
    status: {
      ...(status?.phase === undefined ? {} : { phase: status.phase }),
      ...(status?.containerStatuses === undefined
        ? {}
        : { containerStatuses: status.containerStatuses.map(({ name, ready, restartCount }) => ({ name, ready, restartCount })) }),
    },
  };
};

/** Keeps only the fields of an EndpointSlice that are read here, to save memory: every agent has those of all services. */
const trimEndpointSlice = ({ metadata, endpoints, ports, ...rest }: EndpointSlice): EndpointSlice => {
  const { name, namespace, uid, resourceVersion, labels, annotations } = metadata;
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      // A mirror takes the deletion of an object with another UID for that of its predecessor.
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    endpoints: (endpoints ?? []).map(({ addresses, conditions, nodeName }) => ({
      addresses,
      ...(conditions === undefined ? {} : { conditions }),
      ...(nodeName === undefined ? {} : { nodeName }),
    })),
    ports: (ports ?? []).map(({ protocol, port }) => ({
      ...(protocol === undefined ? {} : { protocol }),
      ...(port === undefined ? {} : { port }),
    })),
  };
};

/** The API server's objects of this node, kept current. Of other nodes it reads only the peers of its slices. */
export const observeNode = (client: Client, node: string, verification: PeerVerification, clock: Clock, log: Log, metrics: Metrics) => {
  const common = { client, log, metrics };
  const ours = { ...common, namespace: memberNamespace };
  const sliceNodes = createMirror({ ...ours, kind: sliceNodeKind, labelSelector: `${nodeLabel}=${nodeLabelValue(node)}` });
  const slicePeers = createMirror({ ...ours, kind: slicePeerKind });
  const slices = createMirror({ ...ours, kind: sliceKind });
  const pods = createMirror({ ...common, kind: podKind, fieldSelector: `spec.nodeName=${node}`, trim: trimPod });
  const accessPolicies = createMirror({ ...common, kind: accessPolicyKind, mayBeMissing: true });
  const nodes = createMirror({ ...common, kind: nodeKind, fieldSelector: `metadata.name=${node}` });
  // One for each cluster and slice.
  const claims = createMirror({ ...ours, kind: noticeKind, labelSelector: `${statementLabel}=cluster` });
  const required = [sliceNodes, slicePeers, slices, pods, nodes, claims, accessPolicies];
  // Without it the agent works as well: an order to forget a cluster is rare.
  const forgotten = createMirror({ ...ours, kind: configMapKind, fieldSelector: `metadata.name=${forgottenConfigMap}` });
  // The services that pods here can call. What the kernel has of them stays until they are read.
  const endpointSlices = createMirror({
    ...common,
    kind: endpointSliceKind,
    labelSelector: `${endpointSliceManagerLabel}=${endpointSliceManager}`,
    trim: trimEndpointSlice,
  });
  const mirrors = [...required, forgotten, endpointSlices];
  const ended = new Set<string>();
  const deleted = new Set<string>();
  sliceNodes.subscribe(({ type, object: { spec }, missed }) => {
    ended.delete(spec.slice);
    deleted.delete(spec.slice);
    if (type === 'deleted' && missed !== true) (spec.ended === undefined ? deleted : ended).add(spec.slice);
  });
  let slicesVersion = 0;
  for (const mirror of [sliceNodes, slices])
    mirror.subscribe(() => {
      slicesVersion += 1;
    });
  let latestPeer: number | undefined;
  slicePeers.subscribe(({ object }) => {
    const version = positionOf(object.metadata.resourceVersion);
    if (version !== undefined) latestPeer = Math.max(latestPeer ?? 0, version);
  });
  let endedPeers = new Set<string>();
  slicePeers.subscribe(({ type, object: { spec }, missed }) => {
    const peer = `${spec.slice}/${peerName(spec)}`;
    if (type === 'deleted' && missed !== true) endedPeers.add(peer);
    else if (type !== 'deleted') endedPeers.delete(peer);
  });
  const own = (): SliceNode[] => sliceNodes.list().filter(({ spec }) => spec.node === node);

  /** The facts, with lost objects held; see `plan/facts/lost-objects.ts`. */
  const held = (read: NodeFacts, before: HeldFacts | undefined): HeldFacts => {
    const ending = own().filter(({ metadata, spec }) => metadata.deletionTimestamp !== undefined && spec.ended !== undefined);
    const result = holdLost({
      before: before?.facts.slices ?? [],
      present: new Map(read.slices.map((slice) => [slice.name, slice])),
      ended: new Set([...ended, ...ending.map(({ spec }) => spec.slice)]),
      deleted,
      endedPeers,
      standing: new Set(
        slices
          .list()
          .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
          .map(({ metadata }) => metadata.name),
      ),
      losses: before?.losses ?? new Map(),
      now: clock.monotonic(),
    });
    return { facts: { ...read, slices: result.slices.map(withoutRevoked) }, losses: result.losses };
  };

  /** What is held for an object that was lost is no reason to keep a peer whose authority was revoked. */
  const withoutRevoked = (slice: SliceFacts): SliceFacts =>
    slice.peers.some(({ cluster }) => verification.hasRevoked(cluster))
      ? { ...slice, peers: slice.peers.filter(({ cluster }) => !verification.hasRevoked(cluster)) }
      : slice;

  return {
    sliceNodes,
    slicePeers,
    slices,
    pods,
    nodes,
    accessPolicies,
    endpointSlices,
    mirrors,
    /** See `NodeAgentParts.slicesVersion`. The first complete list may be empty, which is no change of an object. */
    slicesVersion: (): number => (required.every((mirror) => mirror.isSynced()) ? slicesVersion : -1 - slicesVersion),
    /** The version of the latest SlicePeer, see `NodeAgentParts.peersVersion`. */
    peersVersion: (): number | undefined => latestPeer,
    /** The decisions that this node published before; see `publishedDecisions`. */
    published: (): NodeDecisions => publishedDecisions(own()),
    /** The facts, given the previous ones, or undefined before the first complete read: partial facts would end running slices. */
    facts: (before: HeldFacts | undefined): HeldFacts | undefined => {
      if (!required.every((mirror) => mirror.isSynced())) return undefined;
      const readPeer = verification.read({
        slices: slices.list(),
        sliceNodes: own(),
        claims: claims.list(),
        peers: slicePeers.list(),
        forget: forgetOrders(forgotten.list()[0]?.data),
        orders: forgotten.isSynced() ? readAuthorityOrders(forgotten.list()[0]?.data) : undefined,
      });
      if (readPeer === undefined) return undefined;
      const objects: NodeObjects = {
        node,
        nodeObject: nodes.get(node),
        sliceNodes: own(),
        slicePeers: slicePeers.list(),
        slices: slices.list(),
        accessPolicies: accessPolicies.list(),
        pods: pods.list(),
      };
      return held(nodeFacts(objects, before?.facts, readPeer), before);
    },
    /**
     * The node uses these facts: held objects that they do not need are dropped, because nodes are added and removed for as long as the agent runs.
     */
    actsOn: ({ slices: known }: NodeFacts): void => {
      endedPeers = deletedPeersInUse(endedPeers, known);
      verification.keepOnly(known);
    },
  };
};
