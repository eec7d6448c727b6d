import { createClient } from '../../src/kubernetes/client.ts';
import { fixedToken } from '../../src/kubernetes/credentials/token-source.ts';
import { leadController } from '../../src/reconcile/hub/lead.ts';
import { fieldManager, mirrorsOf, observeHub } from '../../src/reconcile/hub/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';
import type { HubOfMember } from '../clusters/member.ts';

/** Runs the controller of a hub in this process, with the rights of the token, until the signal aborts. */
export const runController = async ({ server, ca, token }: HubOfMember, signal: AbortSignal): Promise<void> => {
  const client = createClient({ server, ca, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager });
  const world = observeHub(client, quietLog, createMetrics());
  await Promise.allSettled([
    ...mirrorsOf(world).map((mirror) => mirror.run(signal)),
    leadController(world, { instance: 'controller-1', credentialSeconds: 3600 }, systemClock, signal),
  ]);
  client.close();
};
