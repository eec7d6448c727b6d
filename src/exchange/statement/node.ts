import * as z from 'zod';
import { isIdentityKey } from '../../values/identity-key.ts';
import { isWireguardKey } from '../../values/wireguard-key.ts';
import { addresses, cidr, ip, label, port, subdomain } from './fields.ts';
import type { Immutable } from './immutable.ts';

const labelKey = z
  .string()
  .max(317)
  .regex(/^[A-Za-z0-9./_-]+$/, 'is not the key of a label');

const podIdentity = z.object({
  namespace: label,
  serviceAccount: subdomain,
  labels: z
    .record(
      labelKey,
      z
        .string()
        .max(63)
        .regex(/^[A-Za-z0-9._-]*$/, 'is not the value of a label'),
    )
    .exactOptional(),
  addresses: z.array(ip).min(1).max(512),
});

/** The statement of a cluster about one of its nodes. */
export const nodeBody = z.object({
  node: subdomain,
  /** WireGuard public key, base64. */
  publicKey: z.string().refine(isWireguardKey, 'is not a WireGuard key'),
  /**
   * The key by which the node proves who it is, base64: a machine with the tunnel key alone is not the node. It changes with the tunnel key
   * only. Absent in statements of older clusters.
   */
  identityKey: z.string().refine(isIdentityKey, 'is not a P-256 key').exactOptional(),
  /**
   * The node takes packets of pods of other nodes that state the same only through tunnels with a pre-shared key from mutual TLS. Signed, so that
   * nobody can talk two nodes into less. Absent in statements of nodes that do not.
   */
  bindsKeys: z.literal(true).exactOptional(),
  /**
   * The node's tunnel in the slice is one of IPsec, whose ends authenticate each other by their node certificates. Signed, so that nobody can talk two nodes
   * into another one. Absent for WireGuard.
   */
  tunnel: z.literal('IPsec').exactOptional(),
  /** Where the tunnel can be reached, the best first. */
  endpoints: z.array(z.object({ address: ip, port })).max(16),
  blocks: z.array(cidr).max(64),
  /** The node's own addresses in the slice, at most one of each family; the first usable address of its first block of that family. */
  addresses,
  /** Identities of the pods of the node, where the slice has policies. */
  pods: z.array(podIdentity).max(512).exactOptional(),
  /** Keys of the labels that `pods` contains for each pod that has them; of other labels nothing is stated. */
  labelKeys: z.array(labelKey).max(64).exactOptional(),
});

/** The statement of a cluster about one of its nodes. */
export type NodeBody = Immutable<z.output<typeof nodeBody>>;
