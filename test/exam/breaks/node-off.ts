import type { Break } from '../break.ts';

/** A node without power. */
export const nodeOff: Break = {
  name: 'node off',
  make: async (world) => void (await world.kubeslice(['playground', 'fault', 'kill', 'node', world.nodeOf('east'), '--name', world.name])),
  status: /east-node-1.*(off|not reach|silen|down|Ready)|LinkDown|No node of east/is,
  cause: { command: ['doctor', '--context', 'east'], says: /(NodeAway|NodeSilent).*|Node east-node-1 is not Ready/s },
  remedy: 'outside',
  undo: async (world) => void (await world.kubeslice(['playground', 'fault', 'heal', '--name', world.name], { timeoutMs: 120_000 })),
};
