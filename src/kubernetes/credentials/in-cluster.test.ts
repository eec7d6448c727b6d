import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inClusterConnection } from './in-cluster.ts';

it('finds the API server of its own cluster, over IPv4 and IPv6', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'in-cluster-'));
  const files = { tokenPath: join(directory, 'token'), caPath: join(directory, 'ca.crt'), namespacePath: join(directory, 'namespace') };
  await expect(inClusterConnection({ host: '10.96.0.1', port: '443', ...files })).rejects.toMatchObject({ code: 'Unavailable' });
  await writeFile(files.tokenPath, 'secret\n');
  await writeFile(files.caPath, 'CA');
  await writeFile(files.namespacePath, 'kubeslice-system\n');
  const connection = await inClusterConnection({ host: '10.96.0.1', port: '443', ...files });
  expect(connection).toMatchObject({ server: 'https://10.96.0.1:443', ca: 'CA', namespace: 'kubeslice-system' });
  if (connection.credential.kind !== 'token') throw new Error('no token');
  expect(await connection.credential.token(new AbortController())).toBe('secret');
  expect((await inClusterConnection({ host: 'fd00::1', port: '6443', ...files })).server).toBe('https://[fd00::1]:6443');
  await rm(directory, { recursive: true });
});
