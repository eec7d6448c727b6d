import type { Break } from '../break.ts';

const scale = (replicas: number): readonly string[] => ['--namespace', 'app-ns', 'scale', 'deployment/backend', `--replicas=${replicas}`];

/** A service whose Deployment was scaled to nothing. */
export const serviceWithoutPods: Break = {
  name: 'Service without pods',
  make: async (world) => void (await world.kubectl('east', scale(0))),
  status: /backend-service.*(No pod|NoMatchingPods|0 copies)/is,
  cause: { command: ['doctor', '--context', 'east'], says: /Deployment backend was scaled to 0/ },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', scale(1))),
};
