import * as z from 'zod';
import { addressField, blockField, dnsLabel, dnsSubdomain, wireguardKeyField } from '../fields.ts';
import { tunnelEndpoint } from '../slicenode/schema.ts';

/** Schema of `SlicePeer.spec`. */
export const slicePeerSpec = z
  .object({
    slice: dnsLabel().describe('Name of the slice.'),
    cluster: dnsLabel().describe('Cluster of the other node.'),
    node: dnsSubdomain().describe('Name of the other node.'),
    publicKey: wireguardKeyField().describe('WireGuard public key of the other node in this slice.'),
    endpoints: z.array(tunnelEndpoint).max(16).describe('Where its tunnel can be reached, the best first.'),
    blocks: z
      .array(blockField())
      .max(64)
      .describe('Address blocks of the node: the allowed sources of its packets, and the addresses routed to it.'),
    router: addressField().describe('Its own address in the slice; it answers probes.'),
    serial: z.int().describe('Serial of the verified statement.'),
  })
  .describe('The other node, verified.');
