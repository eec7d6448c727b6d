import { dirname } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { accessTopic } from './access.ts';
import { badInputTopic } from './bad-input.ts';
import { diagnosisTopic } from './diagnosis.ts';
import { dishonestHubTopic } from './dishonest-hub.ts';
import { endingsTopic } from './endings.ts';
import { exampleTopic } from './example.ts';
import { faultsTopic } from './faults.ts';
import { guidesTopic } from './guides.ts';
import { ipsecTopic } from './ipsec.ts';
import { lateJoinerTopic } from './late-joiner.ts';
import { leavingTopic } from './leaving.ts';
import { tunnelKeysTopic } from './mutual-tls.ts';
import { outagesTopic } from './outages.ts';
import { peopleTopic } from './people.ts';
import { removalTopic } from './removal.ts';
import { shapesTopic } from './shapes.ts';
import { twinsTopic } from './twins.ts';
import { ensure } from './until.ts';
import { startWatching } from './watchers.ts';
import { wireTopic } from './wire.ts';
import { withoutHubTopic } from './without-hub.ts';
import { createWorld } from './world.ts';

/*
 * Everything as a user meets it, on a playground of its own: one file, so that it is brought up once and the topics run in this order. The
 * example stays in place for the topics after it; the last two take everything apart.
 *
 * KUBESLICE_E2E_KEEP=1 leaves out the end and keeps the playground, so that `-t` can run one topic again and again.
 */
const keep = process.env.KUBESLICE_E2E_KEEP === '1';
const world = createWorld(process.env.KUBESLICE_E2E_NAME ?? 'e2e', dirname(dirname(import.meta.dirname)));
const missing = process.platform !== 'linux' ? 'it needs Linux' : process.getuid?.() !== 0 ? 'it needs root' : undefined;
if (missing !== undefined) {
  console.log(`skipped: end to end on the playground: ${missing}`);
  if (process.env.CI !== undefined) throw new Error(`In CI the end-to-end tests must run, but ${missing}.`);
}

describe.skipIf(missing !== undefined)('KubeSlice', () => {
  beforeAll(async () => {
    const up = await world.kubeslice(['playground', 'up', '--name', world.name], { timeoutMs: 1_400_000, show: true });
    ensure(up.code === 0, `playground up ended with ${up.code}: ${up.stderr.slice(-2_000)}`);
    await world.enter();
    await startWatching(world);
  });

  afterAll(async () => {
    if (keep) return;
    // Only matters when a topic before the last one could not end; the last one does this and looks closely.
    await world.kubeslice(['playground', 'down', '--name', world.name], { timeoutMs: 120_000 });
  });

  exampleTopic(world);
  diagnosisTopic(world);
  peopleTopic(world);
  shapesTopic(world);
  twinsTopic(world);
  ipsecTopic(world);
  accessTopic(world);
  guidesTopic(world);
  wireTopic(world);
  tunnelKeysTopic(world);
  badInputTopic(world);
  dishonestHubTopic(world);
  outagesTopic(world);
  withoutHubTopic(world);
  faultsTopic(world);
  lateJoinerTopic(world);
  endingsTopic(world);
  if (!keep) {
    leavingTopic(world);
    removalTopic(world);
  }
});
