import { clusterKind, sliceKind } from '../api/kinds.ts';
import { placeOfPart } from '../cli/steps/parts.ts';
import type { Program } from '../host/program.ts';
import type { Client } from '../kubernetes/client.ts';
import { deploymentKind } from '../kubernetes/kinds.ts';
import { refuseHubRemoval } from '../plan/membership/removal.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject } from '../values/object.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import { inClusterClient } from './environment/in-cluster.ts';

/** All objects of a kind; none when the kind was removed. */
const all = async <T extends KubernetesObject>(hub: Client, kind: ResourceKind<T>, signal: AbortSignal): Promise<readonly T[]> => {
  try {
    return (await hub.list(kind, { signal })).items;
  } catch (error) {
    if (Failure.is(error, 'NotFound')) return [];
    throw error;
  }
};

/** Checks whether this hub may be removed, and changes nothing. Ends with 1 when it is in use and its removal was not confirmed. */
export const run: Program = async ({ env, signal }) => {
  const hub = await inClusterClient(env, 'hub', 'kubeslice-hub-removal', createMetrics());
  try {
    const controller = await hub.find(deploymentKind, placeOfPart('hub'), { signal });
    const [clusters, slices] = await Promise.all([all(hub, clusterKind, signal), all(hub, sliceKind, signal)]);
    const refusal = refuseHubRemoval({ controller: controller?.metadata, clusters, slices });
    process.stdout.write(`${refusal ?? 'this hub may be removed'}\n`);
    return refusal === undefined ? 0 : 1;
  } finally {
    hub.close();
  }
};
