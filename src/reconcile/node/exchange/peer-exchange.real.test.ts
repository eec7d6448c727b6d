import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { provide } from '../../../../playground/toolchain/provide.ts';
import { noticeKind } from '../../../api/kinds.ts';
import { clusterLabel, sliceLabel } from '../../../api/labels.ts';
import type { Notice, NoticeSpec } from '../../../api/notice/type.ts';
import { agentAudience, memberNamespace, workerUser } from '../../../api/places.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import { emptyLedger, type Ledger } from '../../../exchange/ledger/ledger.ts';
import { digestOfNotices } from '../../../exchange/notice/heads.ts';
import { cable, obstacleTo, RealNode, realKernel, shell } from '../../../kernel/fixtures/real-node.ts';
import { createClient } from '../../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../../kubernetes/fake/fake-api.ts';
import type { Client } from '../../../kubernetes/port.ts';
import type { SliceNetwork } from '../../../plan/facts/slice-network.ts';
import type { KnownPeer } from '../../../plan/tunnels/peer-routers.ts';
import type { Listening } from '../../../serving/listen.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import type { Node } from '../../../values/builtin/node.ts';
import type { TokenReview } from '../../../values/builtin/token-review.ts';
import { systemClock as clock } from '../../../values/clock.ts';
import { createAskAgent, createAskHeads } from '../../member/peers/ask-agent.ts';
import { readPeers } from '../../member/peers/peer-board.ts';
import { askRouter } from './ask-router.ts';
import { serveJson } from './json-server.ts';
import { createPeerEndpoint } from './peer-endpoint.ts';
import { PeerExchange } from './peer-exchange.ts';
import { createWorkerGuard } from './worker-guard.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: notices through the tunnel: ${obstacle}`);

const { signal } = new AbortController();
const token = `h.${Buffer.from(JSON.stringify({ sub: workerUser, aud: [agentAudience] })).toString('base64url')}.s`;

/** Everything but the API servers is real: two nodes with a tunnel, a relay in each slice namespace, the agents' servers, and the worker's reader. */
describe.skipIf(obstacle !== undefined)('notices through the tunnel', () => {
  let east: RealNode;
  let west: RealNode;
  let api: FakeApi;
  let client: Client;
  let exchanges: { readonly east: PeerExchange; readonly west: PeerExchange };
  let endpoint: Listening;
  let folder: string;
  let networkEast: SliceNetwork;
  let networkWest: SliceNetwork;
  let link: KnownPeer['link'] = 'Up';
  const ending = new AbortController();

  const put = (subject: string, statement: string, cluster = 'east', slice = 'app'): void => {
    const labels = { [sliceLabel]: slice, [clusterLabel]: cluster };
    api.put<Notice>(noticeKind, {
      apiVersion: 'exchange.kubeslice.io/v1alpha1',
      kind: 'Notice',
      metadata: { name: `${slice}.${cluster}.${subject}`, namespace: memberNamespace, labels },
      spec: { cluster, kind: 'Node', subject, statement, signature: 's' },
    });
  };

  beforeAll(async () => {
    if ('obstacle' in real) return;
    const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice');
    const modules = join(import.meta.dirname, '../../../../toolchain');
    const { relay } = await provide(['relay'], { cache, modules }, AbortSignal.timeout(110_000));
    folder = mkdtempSync(existsSync('/dev/shm') ? '/dev/shm/kst-peers-' : '/tmp/kst-peers-');
    east = new RealNode('pe', real.tunnelProgram);
    west = new RealNode('pw', real.tunnelProgram);
    cable(east, west);
    const bareEast = east.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] });
    const bareWest = west.network({ router: '10.77.1.1', blocks: ['10.77.1.0/24'] });
    const peer = (name: string, network: SliceNetwork, address: string): SliceNetwork['peers'][number] => ({
      name,
      publicKey: network.publicKey,
      endpoint: `${address}:${network.listenPort}`,
      allowedIPs: network.blocks,
      router: network.router,
      keepaliveSeconds: 25,
      renewals: 0,
    });
    networkEast = { ...bareEast, peers: [peer('west/w1', bareWest, '192.0.2.2')] };
    networkWest = { ...bareWest, peers: [peer('east/e1', bareEast, '192.0.2.1')] };
    for (const outcome of [await east.kernel().converge([networkEast], signal), await west.kernel().converge([networkWest], signal)])
      expect([...outcome.failures]).toEqual([]);

    api = await startFakeApi({ kinds: [noticeKind] });
    client = createClient(api.connection, { fieldManager: 'test' });
    const exchange = (cluster: string): PeerExchange =>
      new PeerExchange({
        client,
        relay,
        directory: `${folder}/${cluster}`,
        clusterIn: () => cluster,
        clock,
        random: Math.random,
        log: quietLog,
      });
    exchanges = { east: exchange('east'), west: exchange('west') };
    await exchanges.east.aim([networkEast]);
    await exchanges.west.aim([networkWest]);
    const reviewing = {
      create: async (_: unknown, review: TokenReview) => ({
        ...review,
        status: { authenticated: true, user: { username: workerUser }, audiences: [agentAudience] },
      }),
    } as unknown as Pick<Client, 'create'>;
    endpoint = await serveJson(
      { host: '127.0.0.1', port: 0 },
      createPeerEndpoint({
        guard: createWorkerGuard(reviewing, clock, signal),
        peers: () => networkWest.peers.map(({ router }) => ({ cluster: 'east', router, link })),
        ask: (router, asked, askSignal) => askRouter(exchanges.west.sockets('app').dial, router, asked, clock, askSignal),
        clock,
      }),
    );
  });

  afterAll(async () => {
    ending.abort();
    await endpoint?.stop();
    await exchanges?.east.stop();
    await exchanges?.west.stop();
    client?.close();
    await api?.stop();
    await east?.close();
    await west?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const get = async (path: string, bearer: string | undefined = token): Promise<{ status: number; text: string }> => {
    const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };

  it('are passed on to the worker, and to nobody else', async () => {
    put('n1', '{"serial":1}');
    put('n2', '{"serial":1}', 'north');
    put('n3', '{"serial":1}', 'east', 'other');
    await vi.waitFor(async () => expect(await get('/v1/peers/app/east/notices')).toMatchObject({ status: 200 }), { timeout: 10_000 });
    const page = JSON.parse((await get('/v1/peers/app/east/notices')).text) as { notices: NoticeSpec[] };
    expect(page.notices.map(({ subject }) => subject)).toEqual(['n1']);
    expect((await get('/v1/peers/app/east/notices', 'forged')).status).toBe(401);
    expect((await get('/v1/notices/app')).status).toBe(404);
    expect((await get('/v1/peers/app/north/notices')).status).toBe(503);
  });

  it('are summed up for a worker that has them already', async () => {
    const heads = createAskHeads({ fetch, port: endpoint.port, token: async () => token });
    const stored = api.objects<Notice>(noticeKind).filter(({ metadata }) => metadata.name.startsWith('app.east.'));
    const { digest, position } = await heads('127.0.0.1', { slice: 'app', cluster: 'east', after: 0, waitMs: 0 }, signal);
    expect(digest).toBe(digestOfNotices(stored.map(({ spec }) => spec)));
    expect(position).toBeGreaterThan(0);
  });

  it('reach the worker within moments of each change while the hub is away, and not when it is there', async () => {
    let staleSince: number | undefined;
    const received = new Map<string, number>();
    const session = {
      slice: 'app',
      clock,
      hub: { cluster: 'west' },
      board: { staleSince: () => staleSince },
      ledger: (): Ledger => ({ ...emptyLedger, clusters: new Map([['east', {} as never]]) }),
      local: {
        log: quietLog,
        sliceNodes: { byIndex: () => [{ spec: { node: 'w1' } } as SliceNode] },
        nodes: { get: () => ({ status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] } }) as unknown as Node },
      },
    };
    const ask = createAskAgent({ fetch, port: endpoint.port, token: async () => token });
    const onNotice = (spec: NoticeSpec): void => void received.set(spec.statement, clock.monotonic());
    const reading = readPeers(session, { ask, random: Math.random, suspects: () => [], positions: new Map() }, onNotice, ending.signal);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(received.size).toBe(0);
    staleSince = clock.now();
    await vi.waitFor(() => expect(received.size).toBeGreaterThan(0), { timeout: 10_000 });
    const delays: number[] = [];
    for (let serial = 2; serial < 102; serial += 1) {
      const statement = JSON.stringify({ serial });
      const began = clock.monotonic();
      put('n1', statement);
      await vi.waitFor(() => expect(received.has(statement)).toBe(true), { timeout: 5_000, interval: 1 });
      delays.push((received.get(statement) ?? Number.NaN) - began);
    }
    // The first of them come in a group, as those of a rolling update do; the others are a stream, which is paced.
    const group = delays.slice(0, 9).toSorted((a, b) => a - b);
    console.log(`a change in a group written to received elsewhere: p50 ${group[4]?.toFixed(0)} ms, most ${group[8]?.toFixed(0)} ms`);
    expect(group[4]).toBeLessThan(delays.toSorted((a, b) => a - b)[50] ?? 0);
    delays.sort((a, b) => a - b);
    console.log(
      `change written to received elsewhere: p50 ${delays[50]?.toFixed(0)} ms, p99 ${delays[98]?.toFixed(0)} ms, most ${delays[99]?.toFixed(0)} ms`,
    );
    expect(delays[98]).toBeLessThan(1_000);
    ending.abort();
    await reading;
  });

  it('of a megabyte and more come in parts', async () => {
    for (let index = 0; index < 8; index += 1) put(`large-${index}`, 'x'.repeat(200_000));
    const seen = new Set<string>();
    let next = 0;
    let more = true;
    let pages = 0;
    while (more && pages < 20) {
      const { text } = await get(`/v1/peers/app/east/notices?after=${next}`);
      expect(text.length).toBeLessThan(1_100_000);
      const page = JSON.parse(text) as { next: number; more: boolean; notices: NoticeSpec[] };
      ({ next, more } = page);
      for (const { subject } of page.notices) seen.add(subject);
      pages += 1;
    }
    expect([...seen].filter((subject) => subject.startsWith('large-'))).toHaveLength(8);
    expect(pages).toBeGreaterThan(1);
  });

  it('end with the slice: no process, socket or watch is left', async () => {
    const relays = (): string => shell(`for n in ${networkEast.netns} ${networkWest.netns}; do ip netns pids $n; done`).trim();
    expect(relays()).not.toBe('');
    await exchanges.east.aim([]);
    await exchanges.west.aim([]);
    await vi.waitFor(() => expect([relays(), api.watches]).toEqual(['', 0]), { timeout: 5_000 });
    expect(existsSync(exchanges.east.sockets('app').serve)).toBe(false);
    link = 'Down';
    expect((await get('/v1/peers/app/east/notices')).status).toBe(503);
  });
});
