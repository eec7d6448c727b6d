import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { endpointSliceKind } from '../../src/kubernetes/kinds.ts';
import { importedEndpointSlices } from '../../src/plan/exports/imports.ts';
import { endpoint, offer } from '../../src/plan/fixtures/worker.ts';
import { PeerVerification } from '../../src/reconcile/node/identity/peer-verification.ts';
import { nodeServices } from '../../src/reconcile/node/node-services.ts';
import { observeNode } from '../../src/reconcile/node/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';

/*
 * Agents went on leading connections to the endpoints of an EndpointSlice that was deleted, such as the one of a service whose namespace was created later:
 * they did not remember its UID, and took the deletion for that of another object of the name.
 */

let api: FakeApi;
const ending = new AbortController();
beforeEach(async () => {
  api = await startFakeApi({ kinds: [endpointSliceKind] });
});
afterEach(async () => {
  ending.abort();
  await api.stop();
});

it('a node leads no connection to the endpoints of an EndpointSlice that is deleted', async () => {
  const verification = new PeerVerification({
    settings: { runDirectory: '/nonexistent', stateDirectory: '/nonexistent' },
    clock: systemClock,
    log: quietLog,
    onReady: () => {},
  });
  const client = createClient(api.connection, { fieldManager: 'test' });
  const { endpointSlices } = observeNode(client, 'n1', verification, systemClock, quietLog, createMetrics());
  const services = nodeServices(
    endpointSlices,
    () => new Map(),
    () => {},
  );
  const targets = () => {
    const service = services.of('app', '10.0.240.0/20')?.get('app-ns/web');
    return service?.ports[0]?.targets.map(({ address }) => address);
  };
  void endpointSlices.run(ending.signal);
  const held = (index: number, hasNamespace: boolean) => {
    const [object] = importedEndpointSlices('app', offer('east', [endpoint(index)]), hasNamespace, '10.0.240.9');
    if (object === undefined) throw new Error('there is none');
    return object;
  };
  const first = api.put(endpointSliceKind, held(1, false));
  await vi.waitFor(() => expect(targets()).toEqual(['10.0.0.1']));
  api.put(endpointSliceKind, held(2, true));
  await vi.waitFor(() => expect(targets()).toEqual(['10.0.0.1', '10.0.0.2']));
  api.remove(endpointSliceKind, first.metadata);
  await vi.waitFor(() => expect(targets()).toEqual(['10.0.0.2']));
});
