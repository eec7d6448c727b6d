import { clusterLabel, managedBy, managedByLabel, membershipAnnotation, nodeLabel, sliceLabel } from '../../api/labels.ts';
import type { Membership } from '../../api/membership/type.ts';
import { memberNamespace } from '../../api/places.ts';
import type { Slice, SliceStatus } from '../../api/slice/type.ts';
import { nodeLabelValue, type SliceNode, sliceNodeName } from '../../api/slicenode/type.ts';
import { type PeerFields, type SlicePeer, type SlicePeerSpec, slicePeerName } from '../../api/slicepeer/type.ts';
import type { Statement } from '../../exchange/statement/statement.ts';
import type { SignedStatement } from '../../exchange/trust/issue.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';

const apiVersion = 'networking.kubeslice.io/v1beta1';

/**
 * The slice in this cluster, from which agents and DNS work with their own API server only: the membership as applied here, and in an annotation as
 * the hub granted it, but with the access that is applied: an API server with older definitions drops it from the spec.
 */
export const planLocalSlice = ({ spec }: Membership, granted: Membership): Slice => {
  return {
    apiVersion,
    kind: 'Slice',
    metadata: {
      name: spec.slice,
      namespace: memberNamespace,
      labels: { [managedByLabel]: managedBy, [sliceLabel]: spec.slice },
      annotations: {
        [membershipAnnotation]: canonicalJson({
          metadata: { name: granted.metadata.name, namespace: granted.metadata.namespace },
          spec: { ...granted.spec, ...(spec.access === undefined ? {} : { access: spec.access }) },
        }),
      },
    },
    spec: {
      sliceSubnet: spec.sliceSubnet,
      namespaceIsolationProfile: { applicationNamespaces: [...spec.namespaces] },
      tunnel: { driver: spec.driver },
      ...(spec.access === undefined ? {} : { access: spec.access }),
    },
  };
};

/** The part of the local slice's status that repeats the grant, in the form that existing tools read. */
export const planLocalSliceStatus = ({ spec }: Membership): Pick<SliceStatus, 'sliceConfig' | 'namespaces'> => ({
  namespaces: [...spec.namespaces],
  sliceConfig: {
    sliceId: spec.slice,
    sliceDisplayName: spec.slice,
    sliceType: 'Application',
    sliceSubnet: spec.sliceSubnet,
    ...(spec.blocks[0] === undefined ? {} : { clusterSubnetCIDR: spec.blocks[0] }),
    sliceIpam: { sliceIpamType: 'Local' },
  },
});

/** The desired state for the agent of a node; `isNeeded` puts the node into the slice. */
export const planSliceNode = ({ spec }: Membership, node: string, blocks: readonly string[], isNeeded: boolean): SliceNode => ({
  apiVersion,
  kind: 'SliceNode',
  metadata: {
    name: sliceNodeName(spec.slice, node),
    namespace: memberNamespace,
    labels: { [managedByLabel]: managedBy, [sliceLabel]: spec.slice, [clusterLabel]: spec.cluster, [nodeLabel]: nodeLabelValue(node) },
  },
  spec: {
    slice: spec.slice,
    sliceUID: spec.sliceUID,
    node,
    sliceSubnet: spec.sliceSubnet,
    blocks: [...blocks],
    ...(isNeeded ? {} : { idle: true as const }),
    driver: spec.driver,
  },
});

/** The fields of a node of a slice, as its cluster stated them. */
export const statedPeer = ({ cluster, subject: node, body }: Statement<'Node'>): PeerFields => {
  const { publicKey, identityKey, bindsKeys, tunnel, endpoints, blocks, addresses, pods, labelKeys } = body;
  return {
    cluster,
    node,
    publicKey,
    ...(identityKey === undefined ? {} : { identityKey }),
    ...(bindsKeys === undefined ? {} : { bindsKeys }),
    ...(tunnel === undefined ? {} : { tunnel }),
    endpoints: [...endpoints],
    blocks: [...blocks],
    router: addresses.find((address) => !address.includes(':')) ?? '',
    ...(pods === undefined ? {} : { pods: structuredClone(pods) as SlicePeerSpec['pods'] }),
    ...(labelKeys === undefined ? {} : { labelKeys: [...labelKeys] }),
  };
};

/** A node of the slice for the agents of this cluster, from a verified statement and its signed form, which agents verify again. */
export const planSlicePeer = (slice: string, stated: Statement<'Node'>, { statement, signature, chain }: SignedStatement): SlicePeer => {
  const { cluster, subject: node, serial } = stated;
  return {
    apiVersion,
    kind: 'SlicePeer',
    metadata: {
      name: slicePeerName(slice, cluster, node),
      namespace: memberNamespace,
      labels: { [managedByLabel]: managedBy, [sliceLabel]: slice, [clusterLabel]: cluster, [nodeLabel]: nodeLabelValue(node) },
    },
    spec: {
      slice,
      ...statedPeer(stated),
      serial,
      statement,
      signature,
      ...(chain === undefined ? {} : { chain: [...chain] }),
    },
  };
};
