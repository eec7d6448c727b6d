import * as z from 'zod';
import { linkVerdicts } from '../../values/link-verdict.ts';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { conditionsSchema } from '../conditions.ts';
import { cidrField, dnsLabel, dnsSubdomain, ipField, timeField } from '../fields.ts';

/** Schema of an underlay address at which a tunnel can be reached. */
export const tunnelEndpoint = z
  .object({
    address: ipField().describe('Address of the node outside the slice.'),
    port: z.int().min(1).max(65535).describe('UDP port of the tunnel.'),
  })
  .describe('Where a tunnel can be reached.');

/** Schema of a service port that leads to another port of a pod. */
export const servicePortMapping = z
  .object({
    address: ipField().describe('Slice address of the pod.'),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).describe('Protocol of both ports.'),
    port: z.int().min(1).max(65535).describe('Port by which clients call the service.'),
    targetPort: z.int().min(1).max(65535).describe('Port on which the pod listens.'),
  })
  .describe('One service port of one pod.');

/** Service ports that one node can turn in a slice at the most: it bounds the object and the map in the kernel. */
export const maxServicePorts = 4096;

/** Schema of one observed link between two nodes. */
export const linkState = z
  .object({
    driver: z.string().describe('Tunnel driver of the pair.'),
    state: z.enum(linkVerdicts).describe('Pending: no answer yet. Suspect: no answer for 3 s. Down: none for 5 s.'),
    reason: z.string().describe('Evidence for the state, in a sentence.'),
    rttMs: z.number().optional().describe('Round-trip time through the tunnel in milliseconds, smoothed.'),
    lossPercent: z.number().optional().describe('Probes lost out of the last 20, in percent.'),
    handshakeAgeSeconds: z.int().optional().describe('Seconds since the last WireGuard handshake.'),
    since: timeField().describe('When the state last changed.'),
  })
  .describe('The link to one other node.');

/** Schema of `SliceNode.spec`. */
export const sliceNodeSpec = z
  .object({
    slice: dnsLabel().describe('Name of the slice.'),
    sliceUID: z.string().max(64).describe('UID of the slice on the hub, so that a slice made again under the same name starts afresh.'),
    node: dnsSubdomain().describe('Name of the node.'),
    sliceSubnet: cidrField().describe('Network of the slice.'),
    blocks: z.array(cidrField()).max(64).describe('Address blocks of the node.'),
    driver: z.enum(askedDrivers).describe('Tunnel driver that the slice asks for.'),
    servicePorts: z
      .array(servicePortMapping)
      .max(maxServicePorts)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Ports of exported services that differ from the ports on which the pods of this node listen.'),
  })
  .describe('What the agent of this node should make true.');

/** Schema of `SliceNode.status`. */
export const sliceNodeStatus = z
  .object({
    conditions: conditionsSchema,
    publicKey: z.string().max(64).optional().describe('WireGuard public key of the node in this slice.'),
    port: z.int().optional().describe('UDP port of the tunnel.'),
    endpoints: z.array(tunnelEndpoint).optional().describe('Where other nodes can reach the tunnel, the best first.'),
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
    links: z.record(z.string(), linkState).optional().describe('Links to other nodes, by cluster/node.'),
  })
  .describe('What is true on this node.');
