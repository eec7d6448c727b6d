import { dnsFindings, maxNodeAddresses, maxPodNetworks, maxServiceNetworks } from '../../api/cluster/schema.ts';
import type { ClusterStatus } from '../../api/cluster/type.ts';
import type { Condition } from '../../api/condition.ts';
import { type Cidr, formatCidr, readCidr } from '../../values/address/cidr.ts';
import { mergeCidrs } from '../../values/address/cidr-space.ts';
import { isLinux, type Node } from '../../values/builtin/node.ts';
import { boundedText } from '../../values/text/bounded-text.ts';
import type { ClusterNetworks } from '../membership/cluster-networks.ts';

/** The inputs of the facts about a cluster. */
export interface ClusterSight {
  readonly nodes: readonly Node[];
  readonly serviceNetworks: readonly string[];
  readonly version: string;
  readonly kubernetesVersion: string;
  /** Condition NamesWired of this cluster, once known. */
  readonly names: Condition | undefined;
}

/** The worker's part of a cluster's status: its nodes and the networks that a slice must not overlap. */
export type ClusterFacts = Required<
  Pick<ClusterStatus, 'nodes' | 'nodeIPs' | 'cniSubnet' | 'serviceSubnet' | 'version' | 'kubernetesVersion'>
> &
  Pick<ClusterStatus, 'clusterDns'>;

/** The cluster's own networks, sorted. Adjacent pod networks of nodes are joined. */
export const planClusterNetworks = (nodes: readonly Node[], serviceNetworks: readonly string[]): Required<ClusterNetworks> => {
  const podNetworks = nodes
    .flatMap((node) => node.spec?.podCIDRs ?? (node.spec?.podCIDR === undefined ? [] : [node.spec.podCIDR]))
    .map(readCidr)
    .filter((cidr): cidr is Cidr => !('fault' in cidr));
  const addresses = nodes.flatMap((node) =>
    (node.status?.addresses ?? [])
      .filter((address) => address.type === 'InternalIP' || address.type === 'ExternalIP')
      .map((address) => address.address),
  );
  return {
    nodeIPs: [...new Set(addresses)].toSorted().slice(0, maxNodeAddresses),
    cniSubnet: mergeCidrs(podNetworks).map(formatCidr).slice(0, maxPodNetworks),
    serviceSubnet: [...serviceNetworks].toSorted().slice(0, maxServiceNetworks),
  };
};

const clusterDnsOf = ({ status, reason, message }: Condition): ClusterStatus['clusterDns'] => ({
  answers: status === 'True',
  reason: dnsFindings.find((finding) => finding === reason) ?? 'NamesPending',
  message: boundedText(message, 1024),
});

/** The facts, sorted, so that an unchanged cluster has an unchanged status. Counts the nodes that can be in a slice; networks are those of all nodes. */
export const planClusterFacts = ({ nodes, serviceNetworks, version, kubernetesVersion, names }: ClusterSight): ClusterFacts => ({
  nodes: nodes.filter(isLinux).length,
  ...planClusterNetworks(nodes, serviceNetworks),
  version,
  kubernetesVersion,
  ...(names === undefined ? {} : { clusterDns: clusterDnsOf(names) }),
});
