import type { Break } from '../break.ts';

/** Settings of the kernel in the slice, changed by something else on the node. */
export const rpFilter: Break = {
  name: 'rp_filter',
  make: async (world) =>
    void (await world.inSlice('west', 'echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/ip_forward')),
  isBroken: async (world) =>
    (await world.inSlice('west', 'cat /proc/sys/net/ipv4/conf/all/rp_filter /proc/sys/net/ipv4/ip_forward')).split(/\s+/).includes('0'),
  undo: async () => undefined,
};
