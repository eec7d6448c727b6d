import type { Break } from '../break.ts';

const patch = (targetPort: number | string): readonly string[] => [
  '--namespace',
  'app-ns',
  'patch',
  'service',
  'backend-service',
  '--type',
  'json',
  '-p',
  JSON.stringify([{ op: 'replace', path: '/spec/ports/0/targetPort', value: targetPort }]),
];

/** A Service that leads to a port on which nobody listens. */
export const wrongPort: Break = {
  name: 'wrong port',
  make: async (world) => void (await world.kubectl('east', patch(9999))),
  status: /backend-service.*9999/is,
  cause: {
    command: ['explain', 'app-ns/client', 'app-ns/backend-service', '--context', 'west', '--to-context', 'east'],
    says: /Nobody listens on port 9999/,
  },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', patch('http'))),
};
