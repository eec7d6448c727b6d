import { memberNamespace } from '../../../api/places.ts';
import { podKind } from '../../../kubernetes/kinds.ts';
import { podToMove } from '../../../plan/slices/spread-pods.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

/** How often the placement of the DNS servers is checked, in milliseconds. */
export const spreadMs = 60_000;

/** How long nothing is moved after a move, in milliseconds: if the scheduler decides otherwise, its decision stays. */
const restMs = 600_000;

const labelSelector = 'app.kubernetes.io/name=kubeslice,app.kubernetes.io/component=dns';

/** Spreads the DNS servers over the nodes again when a drain has left them on one, by an eviction that their disruption budget allows. */
export const createSpreadDns = ({ client, nodes, log }: LocalWorld, clock: Clock) => {
  let restUntil = Number.NEGATIVE_INFINITY;
  return async (signal: AbortSignal): Promise<void> => {
    // With one node there is nothing to check.
    if (clock.monotonic() < restUntil || nodes.list().length < 2) return;
    const { items } = await client.list(podKind, { namespace: memberNamespace, labelSelector, signal });
    const pod = podToMove(items, nodes.list());
    if (pod === undefined) return;
    restUntil = clock.monotonic() + restMs;
    const { name } = pod.metadata;
    const target = { namespace: memberNamespace, name };
    try {
      await client.createSubresource(
        podKind,
        target,
        'eviction',
        { apiVersion: 'policy/v1', kind: 'Eviction', metadata: target },
        { signal },
      );
      log.info('a DNS server is moved to a node that has none', { pod: name, from: pod.spec?.nodeName });
    } catch (error) {
      // Caused by its disruption budget, or by an installation that is older than this worker.
      if (!Failure.is(error, 'Unavailable') && !Failure.is(error, 'Forbidden') && !Failure.is(error, 'NotFound')) throw error;
    }
  };
};
