import { dirname } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { mutualTlsTopic } from '../mutual-tls.ts';
import { ensure } from '../until.ts';
import { startWatching } from '../watchers.ts';
import { createWorld } from '../world.ts';

/*
 * Mutual TLS on a playground with the example, switched off and on under traffic. KUBESLICE_LONG_NAME takes one of another name.
 */
const world = createWorld(process.env.KUBESLICE_LONG_NAME ?? 'long', dirname(dirname(dirname(import.meta.dirname))));

describe('long', () => {
  beforeAll(async () => {
    const up = await world.kubeslice(['playground', 'demo', '--name', world.name], { timeoutMs: 1_400_000, show: true });
    ensure(up.code === 0, `playground ended with ${up.code}: ${up.stderr.slice(-2_000)}`);
    await world.enter();
    await startWatching(world);
  }, 1_400_000);

  mutualTlsTopic(world);
});
