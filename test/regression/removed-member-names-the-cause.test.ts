import { afterEach, beforeEach, expect, it } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind } from '../../src/api/kinds.ts';
import { clusterLabel } from '../../src/api/labels.ts';
import { memberNamespace, workerAccount } from '../../src/api/places.ts';
import { leaseKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, eastOffers, endExample, fleet } from '../clusters/example.ts';

/*
 * In a cluster that was removed from the hub, the slice said that the hub was away, for which nobody there can do anything; what helps is to join again or to
 * leave.
 */

beforeEach(beginExample);
afterEach(endExample);

const hub = () => conditionOf(east.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'HubReachable');

it.each<[string, () => () => void]>([
  [
    'whose credential the hub no longer accepts',
    () => {
      const restore = fleet.hub.faults.add({ effect: { status: 401 } });
      fleet.hub.disconnect();
      return restore;
    },
  ],
  [
    'of which the hub has nothing any more, while its watches last',
    () => {
      const target = { namespace: 'default', name: workerAccount('east') };
      fleet.hub.remove(leaseKind, target);
      return () =>
        void fleet.hub.put(leaseKind, {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { ...target, labels: { [clusterLabel]: 'east' } },
        });
    },
  ],
])('a member %s says in its slices that it was removed, and what helps, and nothing else before', async (_, remove) => {
  await eastOffers();
  const restore = remove();
  const seen = new Set<string>();
  await fleet.soon(() => {
    const reason = hub()?.reason;
    if (reason !== undefined) seen.add(reason);
    expect(hub()).toMatchObject({ status: 'False', reason: 'ClusterRemoved', message: expect.stringContaining('kubeslice join east') });
  });
  expect([...seen]).toEqual(['ClusterRemoved']);
  restore();
  await fleet.soon(() => {
    expect(hub()).toMatchObject({ status: 'True' });
  });
});
