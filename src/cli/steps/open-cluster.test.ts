import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { testTerminal } from '../cli.fixtures.ts';
import { openCluster } from './open-cluster.ts';

const open = (kubeconfig: string) =>
  openCluster(
    {
      arguments: [],
      options: { kubeconfig },
      env: {},
      terminal: testTerminal(),
      signal: new AbortController().signal,
      version: '0.0.0-test',
    },
    undefined,
  );

it('names the file that is no kubeconfig', async () => {
  const file = import.meta.filename;
  await expect(open(file)).rejects.toMatchObject({ code: 'InvalidInput', message: expect.stringContaining(`${file} is no kubeconfig`) });
});

it('names what cannot be read', async () => {
  await expect(open(tmpdir())).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining(`The kubeconfig ${tmpdir()} cannot be read (EISDIR`),
  });
});
