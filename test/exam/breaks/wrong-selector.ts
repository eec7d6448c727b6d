import type { Break } from '../break.ts';

const patch = (app: string): readonly string[] => [
  '--namespace',
  'app-ns',
  'patch',
  'service',
  'backend-service',
  '--type',
  'merge',
  '-p',
  JSON.stringify({ spec: { selector: { app } } }),
];

/** A Service whose selector is misspelt. */
export const wrongSelector: Break = {
  name: 'wrong selector',
  make: async (world) => void (await world.kubectl('east', patch('bakend'))),
  status: /backend-service.*(selector|NoMatchingPods)/is,
  cause: {
    command: ['explain', 'app-ns/client', 'app-ns/backend-service', '--context', 'west', '--to-context', 'east'],
    says: /No pod has the labels.*app=bakend.*app=backend/s,
  },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', patch('backend'))),
};
