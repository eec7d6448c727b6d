import * as z from 'zod';
import { linkVerdicts } from '../../values/link-verdict.ts';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { conditionsSchema } from '../conditions.ts';
import {
  addressField,
  blockField,
  dnsLabel,
  dnsSubdomain,
  identityKeyField,
  ipField,
  timeField,
  uidField,
  wireguardKeyField,
} from '../fields.ts';
import { maxLinkExceptions } from './limits.ts';

/** Schema of an underlay address at which a tunnel can be reached. */
export const tunnelEndpoint = z
  .object({
    address: addressField().describe('Address of the node outside the slice.'),
    port: z.int().min(1).max(65535).describe('UDP port of the tunnel.'),
  })
  .describe('Where a tunnel can be reached.');

/** Schema of one link that is not up. */
export const linkException = z
  .object({
    peer: z.string().max(320).describe('The other node, as cluster/node.'),
    driver: z.string().max(32).describe('Tunnel driver of the pair.'),
    state: z.enum(linkVerdicts).describe('Pending: not known yet. Suspect: no answer to probes for 1 s. Down: none for 2.5 s.'),
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

/** Schema of a node's report about the nodes of one cluster. */
export const linkVotes = z
  .object({
    up: z.int().min(0).describe('Nodes that this node reaches.'),
    down: z.int().min(0).describe('Nodes that this node does not reach.'),
    worstRttMs: z.number().min(0).optional().describe('Longest of the round-trip times in milliseconds, with two digits.'),
    bound: z.int().min(0).optional().describe('Links under a key from mutual TLS.'),
    boundUntil: timeField().optional().describe('The end of the certificate, of either end of these links, that ends first.'),
    rest: z.enum(['Up', 'Down']).describe('State of the nodes that no list names.'),
    upNodes: nodeList('Nodes that this node reaches, in contrast to the rest'),
    downNodes: nodeList('Nodes that this node does not reach, in contrast to the rest'),
    pendingNodes: nodeList('Nodes of unknown state'),
  })
  .describe('The node’s report about the nodes of one cluster.');

/** Schema of a node's report about its links. */
export const linkReport = z
  .object({
    observedAt: timeField().describe('When the agent last confirmed this report; readers only watch for changes and never compare clocks.'),
    clusters: z.record(z.string(), linkVotes).describe('Counts and votes by target cluster.'),
    exceptions: z
      .array(linkException)
      .max(maxLinkExceptions)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Links that are not up, the worst first.'),
  })
  .describe('The node’s report about its links to other nodes.');

/** Schema of `SliceNode.spec`. */
export const sliceNodeSpec = z
  .object({
    slice: dnsLabel().describe('Name of the slice.'),
    sliceUID: uidField().describe(
      'UID of the slice on the hub, so that a slice created again under the same name starts without old state.',
    ),
    ended: timeField()
      .optional()
      .describe(
        'When this cluster left the slice, set before the object is deleted. A node removes the slice only then: objects can also disappear with their definitions or when an API server is restored.',
      ),
    node: dnsSubdomain().describe('Name of the node.'),
    sliceSubnet: blockField().describe('Network of the slice.'),
    blocks: z.array(blockField()).max(64).describe('Address blocks of the node.'),
    idle: z
      .literal(true)
      .optional()
      .describe(
        'No pod of the slice needs this node: it is not in the slice, and its blocks become free for other nodes. Pods that start here are closed until this ends.',
      ),
    driver: z.enum(askedDrivers).describe('Tunnel driver that the slice requests.'),
    withdrawnThrough: z
      .int()
      .min(0)
      .optional()
      .describe(
        'The last status.podsRevision that was published completely to the other clusters. Released pod addresses are reused only after their revision. If absent, they are reused after 15 s.',
      ),
    certificate: z
      .string()
      .max(4096)
      .optional()
      .describe(
        'X.509 certificate of the node, PEM, for the key in status.identity. The authority of the cluster issues it for 12 hours and renews it when half of that is over.',
      ),
  })
  .describe('The desired state of this node.');

/** Schema of the key by which a node proves who it is. */
export const nodeIdentity = z
  .object({
    publicKey: identityKeyField().describe('Public key of the node, ECDSA P-256: the SubjectPublicKeyInfo in base64.'),
    proof: z
      .string()
      .max(128)
      .describe('Signature with the private key over the name of the node, the slice, the WireGuard key and this key; base64.'),
  })
  .describe('The key by which the node proves who it is, the same in every slice.');

/** Schema of `SliceNode.status`. */
export const sliceNodeStatus = z
  .object({
    conditions: conditionsSchema,
    publicKey: wireguardKeyField().optional().describe('WireGuard public key of the node in this slice.'),
    identity: nodeIdentity.optional(),
    bindsKeys: z
      .boolean()
      .optional()
      .describe(
        'Whether packets of pods travel between this node and others that state the same only under keys from mutual TLS with the certificates of both nodes.',
      ),
    port: z.int().optional().describe('UDP port of the tunnel.'),
    endpoints: z.array(tunnelEndpoint).max(64).optional().describe('Where other nodes can reach the tunnel, the best first.'),
    drivers: z.array(z.string()).optional().describe('Tunnel drivers that this node can run, the best first.'),
    driver: z.string().optional().describe('Tunnel driver in use.'),
    driverReason: z.string().optional().describe('Why this driver is in use.'),
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
    podsRevision: z.int().min(0).optional().describe('Counts the changes of pod addresses; pods is at least as new.'),
    accessDigest: z.string().max(64).optional().describe('Digest of the policies that the node enforces; absent without policies.'),
    peersVersion: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Resource version of a SlicePeer up to which this node has a path to every block of every peer. Written when a peer is new or got more blocks.',
      ),
    serviceAddresses: z
      .boolean()
      .optional()
      .describe(
        'Whether the node leads connections to service addresses to endpoints. Names answer with service addresses once one does and no node with a tunnel lacks this field, as those of older versions do.',
      ),
    wantedAddresses: z
      .int()
      .min(0)
      .optional()
      .describe('Number of addresses that all pods of the node need, when its blocks do not have enough.'),
    links: linkReport.optional(),
  })
  .describe('The observed state of this node.');
