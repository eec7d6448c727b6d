import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { playgroundPaths } from '../../playground/clusters/paths.ts';
import { readSpec } from '../../playground/clusters/state.ts';
import { unchainPlugin } from '../../src/reconcile/node/cni/cni-conf.ts';

/**
 * Any error while a file was read counted as its absence. So a clean-up left our plugin in a configuration that it could not read and reported success,
 * and a playground whose description could not be read counted as one that does not exist.
 */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unreadable-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('the clean-up of a node fails when it cannot read a CNI configuration', async () => {
  await mkdir(join(folder, '10-net.conflist'));
  await expect(unchainPlugin(folder)).rejects.toThrow('EISDIR');
});

it('a playground whose description cannot be read exists', async () => {
  await mkdir(playgroundPaths(folder, 'pg').spec, { recursive: true });
  await expect(readSpec(folder, 'pg')).rejects.toThrow('EISDIR');
});
