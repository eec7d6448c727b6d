import type { Break } from '../break.ts';

const scale = (replicas: number): readonly string[] => [
  '--namespace',
  'kubeslice-system',
  'scale',
  'deployment/kubeslice-worker',
  `--replicas=${replicas}`,
];

/** A member without its worker. */
export const workerDown: Break = {
  name: 'worker down',
  make: async (world) => void (await world.kubectl('east', scale(0))),
  status: /kubeslice-worker|ConnectionLost|not been heard/i,
  cause: { command: ['doctor', '--context', 'east'], says: /kubeslice-worker was scaled to 0/ },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', scale(1))),
};
