import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sliceNodeKind } from '../../api/kinds.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Message } from '../../dns/codec/message.ts';
import { addressesIn, askUdp } from '../../dns/fixtures/ask.ts';
import { createClient } from '../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../kubernetes/fake/fake-api.ts';
import { endpointSliceKind } from '../../kubernetes/kinds.ts';
import type { Ending } from '../../loop/shutdown.ts';
import { importedEndpointSlices } from '../../plan/exports/imports.ts';
import { offer } from '../../plan/fixtures/worker.ts';
import { encodeVotes } from '../../plan/links/link-votes.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { quietLog } from '../../telemetry/quiet-log.ts';
import { systemClock } from '../../values/clock.ts';
import { serveDns } from './serve.ts';

vi.setConfig({ testTimeout: 30_000 });
const until = (condition: () => boolean | Promise<boolean>): Promise<boolean> => vi.waitUntil(condition, { timeout: 60_000, interval: 5 });

/** Imports of `backend` from one cluster, as the worker writes them. */
const imported = (cluster: string, ...addresses: readonly string[]) => importedWith(undefined, cluster, ...addresses);
/** The same, of a service with an address. */
const importedWith = (address: string | undefined, cluster: string, ...addresses: readonly string[]) =>
  importedEndpointSlices(
    'app-slice',
    offer(
      cluster,
      addresses.map((address, index) => ({ pod: `backend-${index}`, addresses: [address], node: `n${index + 1}`, ready: true })),
      { name: 'backend', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }] },
    ),
    true,
    address,
  )[0]!;

let beats = 0;
const votesOf = (states: Readonly<Record<string, 'Up' | 'Down'>>) =>
  Object.fromEntries(
    [...Map.groupBy(Object.entries(states), ([peer]) => peer.slice(0, peer.indexOf('/')))].map(([cluster, peers]) => [
      cluster,
      encodeVotes(new Map(peers.map(([peer, state]) => [peer.slice(cluster.length + 1), state]))),
    ]),
  );

const sliceNode = (node: string, states: Record<string, 'Up' | 'Down'>): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: `app-slice.${node}`, namespace: 'kubeslice-system' },
  spec: { slice: 'app-slice', sliceUID: 'u', node, sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto' },
  status: {
    links: { observedAt: `${(beats += 1)}`, clusters: votesOf(states) },
  },
});

const running: { readonly stop: () => Promise<Ending>; readonly api: FakeApi }[] = [];
afterEach(async () => {
  for (const { stop, api } of running.splice(0)) {
    await stop();
    await api.stop();
  }
});

const start = async (prepare: (api: FakeApi) => void | Promise<void> = () => undefined, drainMs = 0) => {
  const api = await startFakeApi({ kinds: [endpointSliceKind, sliceNodeKind] });
  await prepare(api);
  const client = createClient(api.connection, { fieldManager: 'test' });
  const stopping = new AbortController();
  const metrics = createMetrics();
  const ports = Promise.withResolvers<{ dns: number; health: number }>();
  const ended = serveDns(
    {
      client,
      settings: { host: '127.0.0.1', port: 0, ttl: 5, drainMs, healthHost: '127.0.0.1', healthPort: 0 },
      log: quietLog,
      metrics,
      clock: systemClock,
      random: () => 0,
      onListening: ports.resolve,
    },
    stopping.signal,
  );
  const stop = async (): Promise<Ending> => {
    stopping.abort();
    const ending = await ended;
    client.close();
    return ending;
  };
  running.push({ stop, api });
  return { api, stop, metrics, listening: ports.promise, ended };
};

const ask = (port: number): Promise<Message> => askUdp(port, 'backend.app-ns.svc.slice.local');
const addresses = async (port: number): Promise<string[]> => addressesIn(await ask(port));
const becomes = (port: number, expected: readonly string[]): Promise<boolean> =>
  until(async () => JSON.stringify(await addresses(port)) === JSON.stringify(expected));

describe('the DNS program', () => {
  test('answers what EndpointSlices of the worker say, and follows their changes', async () => {
    const { api, listening } = await start((api) => {
      api.put(endpointSliceKind, imported('east', '10.0.0.1', '10.0.0.2'));
      api.put(endpointSliceKind, {
        ...imported('north', '10.9.9.9'),
        metadata: { ...imported('north').metadata, name: 'of-somebody-else', labels: {} },
      });
    });
    const { dns } = await listening;
    expect(await addresses(dns)).toEqual(['10.0.0.1', '10.0.0.2']);
    const west = api.put(endpointSliceKind, imported('west', '10.1.0.1'));
    await becomes(dns, ['10.0.0.1', '10.0.0.2', '10.1.0.1']);
    api.put(endpointSliceKind, imported('east', '10.0.0.2'));
    await becomes(dns, ['10.0.0.2', '10.1.0.1']);
    api.remove(endpointSliceKind, west.metadata);
    await becomes(dns, ['10.0.0.2']);
    api.remove(endpointSliceKind, imported('east').metadata);
    await until(async () => (await ask(dns)).code === 3);
  });

  test('answers with the names of addresses in the subnets of slices of this cluster', async () => {
    const { api, listening } = await start((api) => void api.put(endpointSliceKind, imported('east', '10.0.0.1')));
    const { dns } = await listening;
    const said = async (name: string): Promise<unknown[]> => {
      const { code, answers } = await askUdp(dns, name, 'PTR');
      return [code, ...answers.map(({ data }) => ('target' in data ? data.target : data.type))];
    };
    // Which subnets there are, SliceNodes say.
    expect(await said('1.0.0.10.in-addr.arpa')).toEqual([5]);
    const { metadata } = api.put(sliceNodeKind, sliceNode('n1', {}));
    await until(async () => (await said('1.0.0.10.in-addr.arpa'))[0] === 0);
    expect(await said('1.0.0.10.in-addr.arpa')).toEqual([0, 'backend-0.east.backend.app-ns.svc.slice.local']);
    expect(await said('1.0.1.10.in-addr.arpa')).toEqual([5]);
    api.put(endpointSliceKind, imported('east', '10.0.0.2'));
    await until(async () => (await said('1.0.0.10.in-addr.arpa'))[0] === 3);
    api.remove(sliceNodeKind, metadata);
    await until(async () => (await said('2.0.0.10.in-addr.arpa'))[0] === 5);
  });

  test('answers the names of the Multi-Cluster Services API from the same objects', async () => {
    const { listening } = await start((api) => void api.put(endpointSliceKind, imported('east', '10.0.0.1')));
    const { dns } = await listening;
    expect(addressesIn(await askUdp(dns, 'backend.app-ns.svc.clusterset.local'))).toEqual(['10.0.0.1']);
    expect(addressesIn(await askUdp(dns, 'backend-0.east.backend.app-ns.svc.slice.local'))).toEqual(['10.0.0.1']);
    expect(addressesIn(await askUdp(dns, 'backend-0.east.backend.app-ns.svc.clusterset.local'))).toEqual([]);
  });

  test('answers with the service address once every node of the slice with a tunnel knows such addresses', async () => {
    const node = (name: string, status: NonNullable<SliceNode['status']>) => ({ ...sliceNode(name, {}), status });
    const { api, listening } = await start((api) => {
      api.put(endpointSliceKind, importedWith('10.0.240.9', 'east', '10.0.0.1'));
      api.put(sliceNodeKind, node('w1', { publicKey: 'k', serviceAddresses: true }));
      api.put(sliceNodeKind, node('w2', { publicKey: 'k' }));
    });
    const { dns } = await listening;
    await becomes(dns, ['10.0.0.1']);
    api.put(sliceNodeKind, node('w2', { publicKey: 'k', serviceAddresses: true }));
    await becomes(dns, ['10.0.240.9']);
    api.put(sliceNodeKind, node('w3', {}));
    api.put(endpointSliceKind, importedWith('10.0.240.9', 'east'));
    expect(await addresses(dns)).toEqual(['10.0.240.9']);
    api.put(endpointSliceKind, importedWith('10.0.240.9', 'east', '10.0.0.2'));
    api.put(sliceNodeKind, node('w3', { publicKey: 'k' }));
    await becomes(dns, ['10.0.0.2']);
    // A node that has not read the services yet.
    api.put(sliceNodeKind, node('w3', { publicKey: 'k', serviceAddresses: false }));
    await becomes(dns, ['10.0.240.9']);
  });

  test('does not give out endpoints that no local node reaches', async () => {
    const { api, listening } = await start((api) => {
      api.put(endpointSliceKind, imported('east', '10.0.0.1', '10.0.0.2'));
      api.put(sliceNodeKind, sliceNode('w1', { 'east/n1': 'Down', 'east/n2': 'Up' }));
    });
    const { dns } = await listening;
    await becomes(dns, ['10.0.0.2']);
    api.put(sliceNodeKind, sliceNode('w2', { 'east/n1': 'Up' }));
    await becomes(dns, ['10.0.0.1', '10.0.0.2']);
    api.put(sliceNodeKind, sliceNode('w2', { 'east/n1': 'Down' }));
    await becomes(dns, ['10.0.0.2']);
    api.put(sliceNodeKind, sliceNode('w1', { 'east/n1': 'Down', 'east/n2': 'Down' }));
    await becomes(dns, []);
    api.remove(sliceNodeKind, sliceNode('w1', {}).metadata);
    api.remove(sliceNodeKind, sliceNode('w2', {}).metadata);
    await becomes(dns, ['10.0.0.1', '10.0.0.2']);
  });

  test('keeps its answers while the API server is away, and catches up afterwards', async () => {
    const { api, listening } = await start((api) => void api.put(endpointSliceKind, imported('east', '10.0.0.1')));
    const { dns, health } = await listening;
    await api.pause();
    api.put(endpointSliceKind, imported('east', '10.0.0.7'));
    expect(await addresses(dns)).toEqual(['10.0.0.1']);
    expect((await fetch(`http://127.0.0.1:${health}/readyz`)).status).toBe(200);
    await api.resume();
    await becomes(dns, ['10.0.0.7']);
  });

  test('says nothing before it has read everything once', async () => {
    let heard = false;
    const { api, listening, stop } = await start(async (api) => api.pause());
    void listening.then(() => {
      heard = true;
    });
    api.put(endpointSliceKind, imported('east', '10.0.0.1'));
    await until(() => api.requests.length === 0);
    expect(heard).toBe(false);
    await api.resume();
    expect(await addresses((await listening).dns)).toEqual(['10.0.0.1']);
    expect(await stop()).toMatchObject({ failure: undefined, stuck: [] });
  });

  test('can be stopped before it has read anything', async () => {
    const { stop } = await start(async (api) => api.pause());
    expect(await stop()).toMatchObject({ failure: undefined, stuck: [] });
  });

  test('told to stop, is no longer ready but answers for a while', async () => {
    const { listening, stop } = await start((api) => void api.put(endpointSliceKind, imported('east', '10.0.0.1')), 400);
    const { dns, health } = await listening;
    const ended = stop();
    const ready = await fetch(`http://127.0.0.1:${health}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('stopping')]);
    expect(await addresses(dns)).toEqual(['10.0.0.1']);
    expect(await ended).toMatchObject({ failure: undefined, stuck: [] });
  });

  test('exports what it counts', async () => {
    const { listening, metrics } = await start((api) => {
      api.put(endpointSliceKind, imported('east', '10.0.0.1'));
      api.put(sliceNodeKind, sliceNode('w1', { 'east/n1': 'Down' }));
    });
    await ask((await listening).dns);
    await until(async () => (await metrics.text()).includes('kubeslice_dns_responses_total{transport="udp",type="A",code="NOERROR"} 1'));
    expect(await metrics.text()).toMatch(
      /kubeslice_dns_services 1\nkubeslice_dns_withdrawn_nodes 1|kubeslice_dns_services 1[^]*kubeslice_dns_withdrawn_nodes 1/,
    );
  });

  test('an address in use ends it with a sentence', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const api = await startFakeApi({ kinds: [endpointSliceKind, sliceNodeKind] });
    const client = createClient(api.connection, { fieldManager: 'test' });
    const ending = await serveDns(
      {
        client,
        settings: { host: '127.0.0.1', port: socket.address().port, ttl: 5, drainMs: 0, healthHost: '127.0.0.1', healthPort: 0 },
        log: quietLog,
        metrics: createMetrics(),
        clock: systemClock,
        random: () => 0,
      },
      new AbortController().signal,
    );
    expect(ending.failure?.message).toContain('Cannot listen on UDP 127.0.0.1');
    socket.close();
    client.close();
    await api.stop();
  });
});
