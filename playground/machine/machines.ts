import { nodeAddress, nodePodCIDR, siteOf } from '../clusters/address-plan.ts';
import type { ClusterSpec, Machine, PlaygroundSpec } from '../clusters/spec.ts';

/** The control plane of a cluster. */
export function controlPlaneOf(slot: number, cluster: ClusterSpec): Machine {
  const site = siteOf(slot, cluster.index);
  return {
    name: `${cluster.name}-control-plane`,
    cluster: cluster.name,
    role: 'control-plane',
    address: site.controlPlane,
    gateway: site.router,
    port: `s${cluster.index}cp`,
  };
}

/** The nodes of a cluster, `east-node-1` first. */
export function nodesOf(slot: number, cluster: ClusterSpec): Machine[] {
  const site = siteOf(slot, cluster.index);
  return Array.from({ length: cluster.nodes }, (_, position) => ({
    name: `${cluster.name}-node-${position + 1}`,
    cluster: cluster.name,
    role: 'node' as const,
    address: nodeAddress(slot, cluster.index, position + 1),
    gateway: site.router,
    port: `s${cluster.index}n${position + 1}`,
    podCIDR: nodePodCIDR(position + 1),
  }));
}

/** Every machine of a playground: for each cluster its control plane, then its nodes. */
export function machinesOf(spec: PlaygroundSpec): Machine[] {
  return spec.clusters.flatMap((cluster) => [controlPlaneOf(spec.slot, cluster), ...nodesOf(spec.slot, cluster)]);
}
