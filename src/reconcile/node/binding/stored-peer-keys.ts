import * as z from 'zod';

/** Schema of the file of the keys that this node agreed on, by `<slice>/<cluster>/<node>`. */
export const storedPeerKeys = z.record(
  z.string(),
  z.object({
    presharedKey: z.string(),
    tunnel: z.string(),
    /** Milliseconds since 1970. */
    endsAt: z.number(),
    /** As in `PeerKey`. */
    until: z.number(),
  }),
);
