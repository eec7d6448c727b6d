import type { Break } from '../break.ts';

const patch = (value: string | null): readonly string[] => [
  '--namespace',
  'kubeslice-system',
  'patch',
  'daemonset',
  'kubeslice-agent',
  '--type',
  'merge',
  '-p',
  JSON.stringify({ spec: { template: { spec: { nodeSelector: { 'example.org/exam': value } } } } }),
];

/** Agents that were told to run on nodes that do not exist. */
export const agentDown: Break = {
  name: 'agent down',
  make: async (world) => {
    await world.kubectl('east', patch('yes'));
    await world.kubectl('east', [
      '--namespace',
      'kubeslice-system',
      'wait',
      'pod',
      '-l',
      'app.kubernetes.io/component=agent',
      '--for=delete',
      '--timeout=60s',
    ]);
  },
  status: /agent/i,
  cause: { command: ['doctor', '--context', 'east'], says: /example\.org\/exam=yes/ },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', patch(null))),
};
