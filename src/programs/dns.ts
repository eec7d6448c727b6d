import type { Program } from '../host/program.ts';
import { serveDns } from '../reconcile/names/serve.ts';
import { dnsSettings } from '../reconcile/names/settings.ts';
import { openScrapes } from '../serving/open-scrapes.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../values/clock.ts';
import { inClusterClient } from './environment/in-cluster.ts';

/** A member cluster's DNS server for `slice.local`; replicas are independent of each other. */
export const run: Program = async ({ env, signal, version }) => {
  const settings = dnsSettings(env);
  const metrics = createMetrics({ program: 'dns', version, process: true });
  const client = await inClusterClient(env, 'member', 'kubeslice-dns', metrics);
  const log = createLog({ program: 'dns', level: env.LOG_LEVEL ?? 'info' });
  const ended = new AbortController();
  const parts = { name: 'kubeslice-dns', env, client, metrics, clock: systemClock, log };
  const scrapes = openScrapes(parts, AbortSignal.any([signal, ended.signal]));
  const { failure } = await serveDns({ client, settings, log, metrics, clock: systemClock, random: Math.random }, signal);
  ended.abort();
  await scrapes;
  client.close();
  if (failure !== undefined) throw failure;
  return 0;
};
