import type { Break } from '../break.ts';

/** A credential for the hub that holds no more, and no second one with which the worker could ask for another. */
export const credentialEnded: Break = {
  name: 'credential ended',
  make: async (world) => {
    const garbage = Buffer.from('ended').toString('base64');
    const worker = (...words: readonly string[]) => world.kubectl('east', ['--namespace', 'kubeslice-system', ...words]);
    // A worker that runs would write its credential again.
    await worker('scale', 'deployment/kubeslice-worker', '--replicas=0');
    await worker('wait', 'pod', '-l', 'app.kubernetes.io/component=worker', '--for=delete', '--timeout=60s');
    const data = Object.fromEntries(['token', 'renewal-token'].map((key) => [key, garbage]));
    await worker('patch', 'secret', 'kubeslice-hub', '--type', 'merge', '-p', JSON.stringify({ data }));
    await worker('scale', 'deployment/kubeslice-worker', '--replicas=1');
    await worker('rollout', 'status', 'deployment/kubeslice-worker', '--timeout=60s');
  },
  status: /credential|Unauthorized|ConnectionLost|hub.*away|not been heard/is,
  cause: { command: ['doctor', '--context', 'east', '--hub-context', 'hub'], says: /CredentialEnded/ },
  remedy: 'printed',
  undo: async (world) => void (await world.paste('kubeslice join east --hub-context hub --context east --wait')),
};
