/**
 * The CNI network of a node (CNI 1.0.0). It uses point-to-point veths: with a bridge, an answer from a pod behind a service on the same node would
 * bypass the node's address translation. Addresses are recorded on tmpfs, so a restarted node starts with a free range.
 */
export function podNetwork(podCIDR: string): string {
  const network = {
    cniVersion: '1.0.0',
    name: 'playground',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: { type: 'host-local', dataDir: '/run/cni-addresses', ranges: [[{ subnet: podCIDR }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
  return `${JSON.stringify(network, null, 2)}\n`;
}
