import type { Break } from '../break.ts';

/** A member that is cut off from the hub. */
export const hubUnreachable: Break = {
  name: 'hub unreachable',
  make: async (world) => void (await world.kubeslice(['playground', 'fault', 'cut', 'hub', 'east', '--name', world.name])),
  status: /hub.*(away|not answer|does not)|ConnectionLost|not been heard/is,
  cause: { command: ['doctor', '--context', 'east'], says: /HubUnreachable/ },
  remedy: 'outside',
  undo: async (world) => void (await world.kubeslice(['playground', 'fault', 'heal', '--name', world.name])),
};
