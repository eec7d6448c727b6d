import { readFile } from 'node:fs/promises';
import type { ProgramContext } from '../../host/program.ts';
import type { Client } from '../../kubernetes/client.ts';
import { countedClient } from '../../kubernetes/counted-client.ts';
import { inClusterConnection } from '../../kubernetes/credentials/in-cluster.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { systemClock } from '../../values/clock.ts';

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A client for the API server of this pod's cluster, with the pod's own service account; `side` is the side of the cluster. */
export const inClusterClient = async (
  env: ProgramContext['env'],
  side: 'hub' | 'member',
  fieldManager: string,
  metrics: Metrics,
): Promise<Client> => {
  const connection = await inClusterConnection({
    host: env.KUBERNETES_SERVICE_HOST ?? 'kubernetes.default.svc',
    port: env.KUBERNETES_SERVICE_PORT ?? '443',
    tokenPath: `${accountFolder}/token`,
    caPath: `${accountFolder}/ca.crt`,
    namespacePath: `${accountFolder}/namespace`,
    clock: systemClock,
  });
  return countedClient(connection, side, fieldManager, metrics);
};

/** Namespace of this pod. */
export const podNamespace = async (env: ProgramContext['env']): Promise<string> =>
  env.POD_NAMESPACE ?? (await readFile(`${accountFolder}/namespace`, 'utf8')).trim();
