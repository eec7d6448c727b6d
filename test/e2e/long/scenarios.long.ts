import { dirname } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { ensure } from '../until.ts';
import { startWatching } from '../watchers.ts';
import { slice } from '../workloads.ts';
import { createWorld } from '../world.ts';
import { cutTopic } from './cut.ts';
import { expiredTopic } from './expired.ts';
import { failoverTopic } from './failover.ts';
import { inClearTopic } from './in-clear.ts';
import { rollingTopic } from './rolling.ts';

/*
 * What takes minutes, or must be measured on a quiet machine. Run one with `-t`. The playground stays, so that they can be run again and again:
 * `kubeslice playground down --name long` takes it down.
 */
const world = createWorld(process.env.KUBESLICE_LONG_NAME ?? 'long', dirname(dirname(dirname(import.meta.dirname))));

describe('long', () => {
  beforeAll(async () => {
    const up = await world.kubeslice(['playground', 'up', '--name', world.name], { timeoutMs: 1_400_000, show: true });
    ensure(up.code === 0, `playground up ended with ${up.code}: ${up.stderr.slice(-2_000)}`);
    await world.enter();
    await world.apply('hub', slice('app-slice', '10.0.0.0/16', ['app-ns']));
    await startWatching(world);
  });

  rollingTopic(world);
  failoverTopic(world);
  inClearTopic(world);
  cutTopic(world);
  expiredTopic(world);
});
