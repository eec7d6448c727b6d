import type { Break } from '../break.ts';

const patch = (path: string): readonly string[] => [
  '--namespace',
  'app-ns',
  'patch',
  'deployment',
  'backend',
  '--type',
  'strategic',
  '-p',
  JSON.stringify({
    spec: {
      strategy: { type: 'Recreate', rollingUpdate: null },
      template: {
        spec: {
          containers: [{ name: 'answer', readinessProbe: { httpGet: { path, port: path === '/' ? 'http' : 81 }, periodSeconds: 1 } }],
        },
      },
    },
  }),
];

/** A rollout after which no pod is Ready. */
export const podsNotReady: Break = {
  name: 'pods not Ready',
  make: async (world) => void (await world.kubectl('east', patch('/nothing'))),
  status: /backend-service.*(not Ready|EndpointsNotReady|0 ready)/is,
  cause: { command: ['doctor', '--context', 'east'], says: /are not Ready.*readinessProbe/s },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', patch('/'))),
};
