import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { ensure } from '../until.ts';
import { startWatching } from '../watchers.ts';
import { createWorld } from '../world.ts';
import { upgradeTopic } from './upgrade.ts';
import { makeNewer, thisVersion } from './versions.ts';
import { commandOf, type Versions } from './ways.ts';

/*
 * Upgrades and the way back, in every order and under traffic, by the command line and by Helm: this checkout is the older version, a copy of it with
 * another number and one more field the newer one. The playground stays. KUBESLICE_UPGRADE_NAME takes one of another name.
 */
const project = dirname(dirname(dirname(import.meta.dirname)));
const world = createWorld(process.env.KUBESLICE_UPGRADE_NAME ?? 'upgrade', project);

describe('upgrade', () => {
  const versions: Partial<Versions> = {};
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-upgrade-'));
    const older = await thisVersion(project);
    const newer = await makeNewer(older, join(folder, 'newer'));
    Object.assign(versions, { older, newer });
    const up = await world.kubeslice(['playground', 'up', '--name', world.name, '--nodes', '1', '--bare'], {
      timeoutMs: 1_400_000,
      show: true,
    });
    ensure(up.code === 0, `playground up ended with ${up.code}: ${up.stderr.slice(-2_000)}`);
    await world.enter();
    for (const version of [newer, older]) await commandOf(world)(version, 'playground', 'load', '--name', world.name);
    await startWatching(world);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  upgradeTopic(world, () => versions as Versions);
});
