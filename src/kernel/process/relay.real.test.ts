import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { provide } from '../../../playground/toolchain/provide.ts';
import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import { systemClock } from '../../values/clock.ts';
import { cable, obstacleTo, RealNode, realKernel } from '../fixtures/real-node.ts';
import { Relay, type RelaySockets } from './relay.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: relays between two nodes: ${obstacle}`);

const signal = new AbortController().signal;

/** What a connection answers to some words; undefined when it ends without an answer. */
const ask = (socket: string, words: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    let text = '';
    const connection = connect(socket, () => connection.write(words));
    connection.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    connection.on('error', () => resolve(undefined));
    connection.on('close', () => resolve(text === '' ? undefined : text));
  });

describe.skipIf(obstacle !== undefined)('relays between two nodes', () => {
  let a: RealNode;
  let b: RealNode;
  let networkA: SliceNetwork;
  let networkB: SliceNetwork;
  let client: PodAttachment;
  let server: Server;
  let socketsA: RelaySockets;
  let socketsB: RelaySockets;
  const relays: Relay[] = [];
  const ends: string[] = [];

  beforeAll(async () => {
    if ('obstacle' in real) return;
    const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice');
    const program = (
      await provide(['relay'], { cache, modules: join(import.meta.dirname, '../../../toolchain') }, AbortSignal.timeout(110_000))
    ).relay;
    a = new RealNode('ra', real.tunnelProgram);
    b = new RealNode('rb', real.tunnelProgram);
    cable(a, b);
    client = a.pod('client', '10.77.0.5');
    const [bareA, bareB] = [
      a.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] }),
      b.network({ router: '10.77.1.1', blocks: ['10.77.1.0/24'] }),
    ];
    const peer = (network: SliceNetwork, address: string): SliceNetwork['peers'][number] => ({
      name: network.netns,
      publicKey: network.publicKey,
      endpoint: `${address}:${network.listenPort}`,
      allowedIPs: network.blocks,
      router: network.router,
      keepaliveSeconds: 25,
      renewals: 0,
    });
    networkA = { ...bareA, pods: [client], peers: [peer(bareB, '192.0.2.2')] };
    networkB = { ...bareB, pods: [b.pod('local', '10.77.1.7')], peers: [peer(bareA, '192.0.2.1')] };
    for (const outcome of [await a.kernel().converge([networkA], signal), await b.kernel().converge([networkB], signal)])
      expect([...outcome.failures, ...outcome.podFailures]).toEqual([]);
    const sockets = ({ directory }: RealNode): RelaySockets => ({ serve: `${directory}/serve`, dial: `${directory}/dial` });
    [socketsA, socketsB] = [sockets(a), sockets(b)];
    server = createServer((connection) => {
      connection.on('error', () => {});
      // Each connection begins with the router that opened it.
      let text = '';
      connection.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const [, from, words] = /^([0-9.]+)\n(.+)$/.exec(text) ?? [];
        if (words !== undefined) connection.end(from === '10.77.0.1' ? `heard ${words}` : `heard from ${from}`);
      });
    }).listen(socketsB.serve);
    for (const [network, own] of [
      [networkA, socketsA],
      [networkB, socketsB],
    ] as const) {
      const relay = new Relay(own, { program, clock: systemClock, random: Math.random, onEnd: (_, why) => ends.push(why) });
      relays.push(relay);
      await relay.aim(network);
    }
    await vi.waitFor(async () => expect(await ask(socketsA.dial, '10.77.1.1\nhello')).toBe('heard hello'), { timeout: 10_000 });
  });

  afterAll(async () => {
    for (const relay of relays) relay.stop();
    server?.close();
    await a?.close();
    await b?.close();
    for (const { serve, dial } of [socketsA, socketsB]) for (const path of [serve, dial]) rmSync(path, { force: true });
  });

  it('reach the agent of the other node', async () => {
    expect(await ask(socketsA.dial, '10.77.1.1\nagain')).toBe('heard again');
  });

  it('dial nothing but an address, and end when nobody is there', async () => {
    for (const words of ['10.77.1.1:22\n', 'localhost\n', 'fe80::1%lo\n', '\n', 'x'.repeat(5_000)])
      expect(await ask(socketsA.dial, words), words.slice(0, 20)).toBeUndefined();
    expect(await ask(socketsA.dial, '10.77.2.1\nhello')).toBeUndefined();
  });

  it('refuse pods, those of their own node and of others', () => {
    const reaches = (node: RealNode, pod: PodAttachment | undefined, address: string): boolean => {
      if (pod === undefined) throw new Error('there is no such pod');
      try {
        return node.inPod(pod, `timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/9811; echo open'`).includes('open');
      } catch {
        return false;
      }
    };
    expect(reaches(a, client, '10.77.1.1')).toBe(false);
    expect(reaches(a, client, '10.77.0.1')).toBe(false);
    expect(reaches(b, networkB.pods[0], '10.77.1.1')).toBe(false);
  });

  it('let no peer hold more than four connections', async () => {
    const held = Array.from({ length: 8 }, () => connect(socketsA.dial));
    for (const connection of held) connection.on('error', () => {}).write('10.77.1.1\n');
    await expect.poll(() => held.filter(({ closed }) => closed).length, { timeout: 5_000 }).toBe(4);
    for (const connection of held) connection.destroy();
    await expect.poll(() => ask(socketsA.dial, '10.77.1.1\nhello'), { timeout: 5_000 }).toBe('heard hello');
  });

  it('are started again when they die', async () => {
    const before = ends.length;
    spawn('sh', ['-c', `for p in $(ip netns pids ${networkB.netns}); do grep -q -- -serve /proc/$p/cmdline && kill -9 $p; done`]);
    await expect.poll(() => ends.length, { timeout: 5_000 }).toBeGreaterThan(before);
    await expect.poll(() => ask(socketsA.dial, '10.77.1.1\nhello'), { timeout: 10_000 }).toBe('heard hello');
  });

  it('refuse a router that is no peer any more', async () => {
    await b.kernel().converge([{ ...networkB, peers: networkB.peers.map((peer) => ({ ...peer, router: '10.77.0.9' })) }], signal);
    expect(await ask(socketsA.dial, '10.77.1.1\nhello')).toBeUndefined();
    await b.kernel().converge([networkB], signal);
    expect(await ask(socketsA.dial, '10.77.1.1\nhello')).toBe('heard hello');
  });
});
