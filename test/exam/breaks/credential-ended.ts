import type { Break } from '../break.ts';

/** A credential for the hub that holds no more, and no second one with which the worker could ask for another. */
export const credentialEnded: Break = {
  name: 'credential ended',
  make: async (world) => {
    const garbage = Buffer.from('ended').toString('base64');
    await world.kubectl('east', [
      '--namespace',
      'kubeslice-system',
      'patch',
      'secret',
      'kubeslice-hub',
      '--type',
      'merge',
      '-p',
      JSON.stringify({ data: { token: garbage, knock: garbage } }),
    ]);
    await world.kubectl('east', ['--namespace', 'kubeslice-system', 'rollout', 'restart', 'deployment/kubeslice-worker']);
    await world.kubectl('east', ['--namespace', 'kubeslice-system', 'rollout', 'status', 'deployment/kubeslice-worker', '--timeout=60s']);
  },
  status: /credential|Unauthorized|ConnectionLost|hub.*away|not been heard/is,
  cause: { command: ['doctor', '--context', 'east', '--hub-context', 'hub'], says: /CredentialEnded/ },
  remedy: 'printed',
  undo: async (world) => void (await world.paste('kubeslice join east --hub-context hub --context east --wait')),
};
