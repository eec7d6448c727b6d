import * as z from 'zod';
import { isIdentityKey } from '../../values/identity-key.ts';
import { isWireguardKey } from '../../values/wireguard-key.ts';
import { addresses, cidr, ip, port, subdomain } from './fields.ts';
import type { Immutable } from './immutable.ts';

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
  /** Where the tunnel can be reached, the best first. */
  endpoints: z.array(z.object({ address: ip, port })).max(16),
  blocks: z.array(cidr).max(64),
  /** The node's own addresses in the slice, at most one of each family; the first usable address of its first block of that family. */
  addresses,
});

/** The statement of a cluster about one of its nodes. */
export type NodeBody = Immutable<z.output<typeof nodeBody>>;
