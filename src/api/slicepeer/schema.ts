import * as z from 'zod';
import { addressField, blockField, dnsLabel, dnsSubdomain, identityKeyField, wireguardKeyField } from '../fields.ts';
import { maxStatementBytes } from '../notice/limits.ts';
import { tunnelEndpoint } from '../slicenode/schema.ts';

/** Schema of the identity of some pods of a node. */
export const podIdentity = z
  .object({
    namespace: dnsLabel().describe('Namespace of the pods.'),
    serviceAccount: dnsSubdomain().describe('Service account of the pods.'),
    labels: z.record(z.string(), z.string()).optional().describe('Labels of the pods, of those in labelKeys.'),
    addresses: z
      .array(addressField())
      .max(512)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Addresses of the pods in the slice.'),
  })
  .describe('Pods with one identity.');

/** Schema of `SlicePeer.spec`. */
export const slicePeerSpec = z
  .object({
    slice: dnsLabel().describe('Name of the slice.'),
    cluster: dnsLabel().describe('Cluster of the other node.'),
    node: dnsSubdomain().describe('Name of the other node.'),
    publicKey: wireguardKeyField().describe('WireGuard public key of the other node in this slice.'),
    identityKey: identityKeyField()
      .optional()
      .describe('Public key by which the other node proves who it is: the SubjectPublicKeyInfo of a P-256 key, base64.'),
    bindsKeys: z
      .boolean()
      .optional()
      .describe('Whether packets of pods travel to the other node only under keys from mutual TLS, if this node does so, too.'),
    tunnel: z.enum(['IPsec']).optional().describe('Kind of the tunnel of the other node; WireGuard when absent.'),
    endpoints: z.array(tunnelEndpoint).max(16).describe('Where its tunnel can be reached, the best first.'),
    blocks: z
      .array(blockField())
      .max(64)
      .describe('Address blocks of the node: the allowed sources of its packets, and the addresses routed to it.'),
    router: addressField().describe('Its own address in the slice; it answers probes.'),
    pods: z
      .array(podIdentity)
      .max(512)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Identities of the pods of the node, for access policies.'),
    labelKeys: z
      .array(z.string().max(317))
      .max(64)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Keys of labels that are stated of each pod that has them; of other labels nothing is known.'),
    serial: z.int().describe('Serial of the verified statement.'),
    statement: z
      .string()
      .max(maxStatementBytes)
      .optional()
      .describe(
        'The statement of the other cluster, canonical JSON (RFC 8785), from which the other fields are made. Agents verify it themselves and use its content.',
      ),
    signature: z.string().max(512).optional().describe('Signature of the statement, as in its notice; base64.'),
    chain: z
      .array(z.string().max(4096))
      .max(1)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Certificate of the signer, as in the notice; absent when the authority itself signed.'),
  })
  .describe('The other node, verified.');
