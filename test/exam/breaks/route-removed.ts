import type { Break } from '../break.ts';

/** The route of the slice into its tunnel, taken away on a node. */
export const routeRemoved: Break = {
  name: 'route removed',
  make: async (world) => void (await world.inSlice('west', 'ip route del 10.0.0.0/16')),
  isBroken: async (world) => !(await world.inSlice('west', 'ip route show')).includes('10.0.0.0/16 dev ks'),
  undo: async () => undefined,
};
