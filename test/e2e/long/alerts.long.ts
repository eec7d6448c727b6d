import { dirname } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { ensure } from '../until.ts';
import { createWorld } from '../world.ts';
import { alertsTopic } from './alerts.ts';

/*
 * Alerts on a playground with the example, which `npm run playground` makes. It stays. KUBESLICE_LONG_NAME takes one of another name.
 */
const world = createWorld(process.env.KUBESLICE_LONG_NAME ?? 'long', dirname(dirname(dirname(import.meta.dirname))));

describe('long', () => {
  beforeAll(async () => {
    const up = await world.kubeslice(['playground', 'demo', '--name', world.name], { timeoutMs: 1_400_000, show: true });
    ensure(up.code === 0, `playground ended with ${up.code}: ${up.stderr.slice(-2_000)}`);
    await world.enter();
  }, 1_400_000);

  alertsTopic(world);
});
