import * as z from 'zod';
import { linkVerdicts } from '../../values/link-verdict.ts';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { conditionsSchema } from '../conditions.ts';
import { addressField, blockField, dnsLabel, dnsSubdomain, ipField, timeField, uidField, wireguardKeyField } from '../fields.ts';
import { maxLinkExceptions } from './limits.ts';

/** Schema of an underlay address at which a tunnel can be reached. */
export const tunnelEndpoint = z
  .object({
    address: addressField().describe('Address of the node outside the slice.'),
    port: z.int().min(1).max(65535).describe('UDP port of the tunnel.'),
  })
  .describe('Where a tunnel can be reached.');

/** Schema of a service port that leads to another port of a pod. */
export const servicePortMapping = z
  .object({
    address: addressField().describe('Slice address of the pod.'),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).describe('Protocol of both ports.'),
    port: z.int().min(1).max(65535).describe('Port by which clients call the service.'),
    targetPort: z.int().min(1).max(65535).describe('Port on which the pod listens.'),
  })
  .describe('One service port of one pod.');

/** Service ports that one node can turn in a slice at the most: it bounds the object and the map in the kernel. */
export const maxServicePorts = 4096;

/** Schema of one link that is not up. */
export const linkException = z
  .object({
    peer: z.string().max(320).describe('The other node, as cluster/node.'),
    driver: z.string().max(32).describe('Tunnel driver of the pair.'),
    state: z.enum(linkVerdicts).describe('Pending: not known yet. Suspect: a probe was not answered for 1 s. Down: none for 2.5 s.'),
    reason: z.string().max(1024).describe('Evidence for the state, in a sentence.'),
    since: timeField().describe('When the state last changed.'),
  })
  .describe('A link that is not up.');

const nodeList = (nodes: string) =>
  z
    .string()
    .max(131072)
    .optional()
    .describe(`${nodes}; 8 characters for each node, which are 48 bits of SHA-256 of its name in base64url.`);

/** Schema of what a node says about the nodes of one cluster. */
export const linkVotes = z
  .object({
    up: z.int().min(0).describe('Nodes that are reached.'),
    down: z.int().min(0).describe('Nodes that are not reached.'),
    worstRttMs: z.number().min(0).optional().describe('Longest of the round-trip times in milliseconds, with two digits.'),
    rest: z.enum(['Up', 'Down']).describe('What the nodes are that no list names.'),
    upNodes: nodeList('Nodes that are reached although the rest is not'),
    downNodes: nodeList('Nodes that are not reached although the rest is'),
    pendingNodes: nodeList('Nodes about which nothing is known yet'),
  })
  .describe('What the node says about the nodes of one cluster.');

/** Schema of what a node says about its links. */
export const linkReport = z
  .object({
    observedAt: timeField().describe('When the agent last confirmed this report; readers watch that it changes, and compare no clocks.'),
    clusters: z.record(z.string(), linkVotes).describe('Counts and votes by the cluster that the links lead to.'),
    exceptions: z
      .array(linkException)
      .max(maxLinkExceptions)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Links that are not up, the worst first.'),
  })
  .describe('What the node says about its links to other nodes.');

/** Schema of `SliceNode.spec`. */
export const sliceNodeSpec = z
  .object({
    slice: dnsLabel().describe('Name of the slice.'),
    sliceUID: uidField().describe('UID of the slice on the hub, so that a slice made again under the same name starts afresh.'),
    ended: timeField()
      .optional()
      .describe(
        'When this cluster left the slice, set before the object is deleted. A node takes the slice down only then: objects also vanish with their definitions or with the memory of an API server.',
      ),
    node: dnsSubdomain().describe('Name of the node.'),
    sliceSubnet: blockField().describe('Network of the slice.'),
    blocks: z.array(blockField()).max(64).describe('Address blocks of the node.'),
    driver: z.enum(askedDrivers).describe('Tunnel driver that the slice asks for.'),
    servicePorts: z
      .array(servicePortMapping)
      .max(maxServicePorts)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Ports of exported services that differ from the ports on which the pods of this node listen.'),
    withdrawnThrough: z
      .int()
      .min(0)
      .optional()
      .describe(
        'The last status.podsRevision of which everything was published to the other clusters. Until it is there, addresses that pods gave back rest. Absent, they rest for 15 s.',
      ),
  })
  .describe('What the agent of this node should make true.');

/** Schema of `SliceNode.status`. */
export const sliceNodeStatus = z
  .object({
    conditions: conditionsSchema,
    publicKey: wireguardKeyField().optional().describe('WireGuard public key of the node in this slice.'),
    port: z.int().optional().describe('UDP port of the tunnel.'),
    endpoints: z.array(tunnelEndpoint).max(64).optional().describe('Where other nodes can reach the tunnel, the best first.'),
    drivers: z.array(z.string()).optional().describe('Tunnel drivers that this node can run, the best first.'),
    driver: z.string().optional().describe('Tunnel driver in use.'),
    driverReason: z.string().optional().describe('Why that driver.'),
    router: ipField().optional().describe('Address of the node itself in the slice; it answers probes and shows in traceroute.'),
    mtu: z.int().optional().describe('MTU inside the slice in bytes.'),
    pods: z
      .record(
        z.string(),
        z.object({
          namespace: z.string().describe('Namespace of the pod.'),
          name: z.string().describe('Name of the pod.'),
          address: ipField().describe('Address of the pod in the slice.'),
        }),
      )
      .optional()
      .describe('Attached pods by UID.'),
    podsRevision: z.int().min(0).optional().describe('Counts the changes of the addresses of pods; what pods says is at least as new.'),
    peersVersion: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Resource version of a SlicePeer up to which this node has a path to every block of every peer. Written when a peer has got further blocks.',
      ),
    wantedAddresses: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Addresses that would serve all pods of the node, when those of its blocks do not, because of pods or of addresses that rest.',
      ),
    links: linkReport.optional(),
  })
  .describe('What is true on this node.');
