import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../values/clock.ts';
import { serveDns } from './dns/serve.ts';
import { dnsSettings } from './dns/settings.ts';
import { inClusterClient } from './in-cluster.ts';
import type { Program } from './program.ts';

/** A member cluster's DNS server for `slice.local`; several run side by side and know nothing of one another. */
export const run: Program = async ({ env, signal }) => {
  const settings = dnsSettings(env);
  const metrics = createMetrics({ process: true });
  const client = await inClusterClient(env, 'member', 'kubeslice-dns', metrics);
  const { failure } = await serveDns(
    {
      client,
      settings,
      log: createLog({ program: 'dns', level: env.LOG_LEVEL ?? 'info' }),
      metrics,
      clock: systemClock,
      random: Math.random,
    },
    signal,
  );
  client.close();
  if (failure !== undefined) throw failure;
  return 0;
};
