import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { provide } from '../../../../playground/toolchain/provide.ts';
import { authorityOf } from '../../../../test/exchange/author.ts';
import type { Authority } from '../../../identity/authority.ts';
import { issueNodeCertificate } from '../../../identity/node/issue-node-certificate.ts';
import { createNodeKey, type NodeKey } from '../../../identity/node/node-key.ts';
import { readRoot } from '../../../identity/root.ts';
import { echo, pinger, start } from '../../../kernel/fixtures/measured-path.ts';
import { cable, obstacleTo, RealNode, realKernel } from '../../../kernel/fixtures/real-node.ts';
import type { LinuxKernel } from '../../../kernel/linux.ts';
import type { Client } from '../../../kubernetes/port.ts';
import type { PeerFacts, SliceFacts } from '../../../plan/facts/node-state.ts';
import type { PodAttachment, SliceNetwork } from '../../../plan/facts/slice-network.ts';
import { newLink } from '../../../plan/links/liveness.ts';
import { silentMs } from '../../../plan/tunnels/peer-keys.ts';
import { tunnelPeers } from '../../../plan/tunnels/tunnel-peers.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { systemClock as clock } from '../../../values/clock.ts';
import { dialRouter } from '../exchange/ask-router.ts';
import { PeerExchange } from '../exchange/peer-exchange.ts';
import { DiskSecrets } from '../stored/disk-secrets.ts';
import { KeyBinding } from './key-binding.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: keys from mutual TLS over a tunnel: ${obstacle}`);
const { signal } = new AbortController();

/** One side of the tunnel, with all that an agent uses for keys. */
interface Side {
  readonly cluster: string;
  readonly node: RealNode;
  readonly kernel: LinuxKernel;
  readonly bare: SliceNetwork;
  readonly address: string;
  readonly identity: NodeKey;
  readonly certificate: string;
  exchange: PeerExchange;
  /** Undefined while this node uses no keys. */
  binding: KeyBinding | undefined;
  disk: DiskSecrets;
  /** How far its clock was moved, in milliseconds. */
  aheadMs: number;
  /** Its peer has not answered since the clock was moved. */
  isSilent: boolean;
}

/** Two nodes whose kernel, tunnel, relays and TLS sessions are real. */
describe.skipIf(obstacle !== undefined)('keys from mutual TLS over a tunnel', () => {
  let a: Side;
  let b: Side;
  let client: PodAttachment;
  let server: PodAttachment;
  let folder: string;
  let authorities: Readonly<Record<string, Authority>>;
  const ending = new AbortController();

  const other = (side: Side): Side => (side === a ? b : a);
  const factsOf = (side: Side): SliceFacts => {
    const { bare, cluster, identity, address, binding } = other(side);
    const peer: PeerFacts = {
      cluster,
      node: 'n',
      publicKey: bare.publicKey,
      identityKey: identity.publicKey,
      ...(binding === undefined ? {} : { bindsKeys: true }),
      endpoints: [{ address, port: bare.listenPort }],
      blocks: [...bare.blocks],
      router: bare.router,
    };
    const { certificate } = side;
    const blocks = [...side.bare.blocks];
    return { name: 'app', uid: 'u', subnet: '10.77.0.0/16', blocks, driver: 'Auto', certificate, namespaces: [], peers: [peer] };
  };
  /** One step of a node's agent; returns what its tunnel carries. */
  const step = async (side: Side): Promise<string> => {
    const facts = factsOf(side);
    const uses = side.binding?.decide([facts], new Map([['app', { publicKey: side.bare.publicKey }]])).uses ?? new Map();
    await side.binding?.save();
    const network = { ...side.bare, peers: tunnelPeers(facts, new Map(), uses) };
    const { failures } = await side.kernel.converge([network], signal, 'changes');
    expect([...failures]).toEqual([]);
    await side.exchange.aim([network]);
    side.binding?.begin(ending.signal);
    const [peer] = network.peers;
    return peer?.presharedKey ?? (peer?.isClosed === true ? 'Closed' : 'Everything');
  };
  const roots = new Map<string, ReturnType<typeof readRoot>>();
  /** The agent of a node that uses keys begins. */
  const useKeys = async (side: Side): Promise<void> => {
    side.disk = new DiskSecrets({ stateDirectory: folder, node: 'n' }, { folder: `${side.cluster}-disk`, lost: '' }, quietLog);
    const binding = await KeyBinding.open({
      node: 'n',
      isRequired: false,
      key: side.identity,
      directory: `${folder}/${side.cluster}-keys`,
      disk: side.disk,
      rootsBefore: () => [],
      rootOf: (_, cluster) => roots.get(cluster),
      linkOf: () => ({ ...newLink(0), state: 'Up', lastAnswer: clock.monotonic() + (side.isSilent ? 0 : side.aheadMs) }),
      dial: (slice, router) => dialRouter(side.exchange.sockets(slice).dial, router),
      onChange: () => undefined,
      clock: { ...clock, monotonic: () => clock.monotonic() + side.aheadMs },
      random: Math.random,
      log: quietLog,
    });
    const tunnel = await side.kernel.observe(side.bare, signal);
    if (tunnel !== undefined) binding.found('app', tunnel);
    side.binding = binding;
  };
  /** Both nodes make steps until their tunnel has one key, which is not this one; returns it and what was seen on the way. */
  const agree = async (not = ''): Promise<{ readonly key: string; readonly seen: ReadonlySet<string> }> => {
    const seen = new Set<string>();
    const key = await vi.waitFor(
      async () => {
        const uses = [await step(a), await step(b)];
        for (const use of uses) seen.add(use);
        expect(uses[0]).toMatch(/^[\w+/]{43}=$/);
        expect(uses[1]).toBe(uses[0]);
        expect(uses[0]).not.toBe(not);
        return uses[0] as string;
      },
      { timeout: 30_000, interval: 50 },
    );
    return { key, seen };
  };
  const answered = () =>
    vi.waitFor(() => expect(a.node.inPod(client, `ping -c 1 -W 1 ${server.address}`)).toContain('1 received'), {
      timeout: 20_000,
      interval: 20,
    });

  beforeAll(async () => {
    if ('obstacle' in real) return;
    const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice');
    const modules = join(import.meta.dirname, '../../../../toolchain');
    const { relay } = await provide(['relay'], { cache, modules }, AbortSignal.timeout(110_000));
    folder = mkdtempSync(existsSync('/dev/shm') ? '/dev/shm/kst-bound-' : '/tmp/kst-bound-');
    const now = Date.now();
    authorities = { east: await authorityOf('east', now), west: await authorityOf('west', now) };
    const nodes = [new RealNode('ka', real.tunnelProgram), new RealNode('kb', real.tunnelProgram)] as const;
    cable(...nodes);
    client = nodes[0].pod('client', '10.77.0.5');
    server = nodes[1].pod('server', '10.77.1.7');
    const make = (cluster: string, at: 0 | 1, pod: PodAttachment): Side => {
      const node = nodes[at];
      const { key: identity } = createNodeKey();
      const authority = authorities[cluster] as Authority;
      roots.set(cluster, readRoot(authority.certificate, { cluster, project: 'default' }));
      const certificate = issueNodeCertificate(authority, { node: 'n', publicKey: identity.publicKey }, now, (bytes) =>
        new Uint8Array(bytes).fill(5),
      );
      const bare: SliceNetwork = { ...node.network({ router: `10.77.${at}.1`, blocks: [`10.77.${at}.0/24`] }), pods: [pod] };
      const side = { cluster, node, kernel: node.kernel(), bare, address: `192.0.2.${at + 1}`, identity, certificate } as Side;
      side.binding = undefined;
      side.aheadMs = 0;
      side.isSilent = false;
      side.exchange = new PeerExchange({
        client: {} as Client,
        relay,
        directory: `${folder}/${cluster}`,
        clusterIn: () => cluster,
        onSession: (slice, from, connection) =>
          side.binding === undefined ? void connection.destroy() : side.binding.answer(slice, from, connection, ending.signal),
        clock,
        random: Math.random,
        log: quietLog,
      });
      return side;
    };
    a = make('east', 0, client);
    b = make('west', 1, server);
  }, 120_000);

  afterAll(async () => {
    ending.abort();
    for (const side of [a, b]) {
      await side?.exchange.stop();
      await side?.node.close();
    }
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('are agreed on while packets travel, and none is lost or late', async () => {
    expect([await step(a), await step(b)]).toEqual(['Everything', 'Everything']);
    await answered();
    const echoing = await start(server, echo);
    const bareEchoing = await start({ netns: `/run/netns/${b.node.name}` }, echo);
    const [pinging, barePinging] = await Promise.all([
      start(client, pinger(server.address, 5_000)),
      start({ netns: `/run/netns/${a.node.name}` }, pinger('192.0.2.2', 5_000)),
    ]);
    // One node begins to use keys a second before the other.
    await useKeys(a);
    const until = Date.now() + 1_000;
    while (Date.now() < until) {
      expect([await step(a), await step(b)]).toEqual(['Everything', 'Everything']);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await useKeys(b);
    const { seen } = await agree();
    expect(seen.has('Closed')).toBe(false);
    const [{ sent, lost, late }, bare] = (await Promise.all([pinging.ended, barePinging.ended])).map((text) =>
      JSON.parse(text.replace('ready', '')),
    ) as [{ sent: number; lost: number; late: number }, { lost: number; late: number }];
    echoing.stop();
    bareEchoing.stop();
    const counts = `${lost} lost and ${late} late of ${sent}, ${bare.lost} and ${bare.late} by the control`;
    console.log(`mutual TLS is switched on: ${counts}`);
    expect(Math.max(0, lost - 3 * bare.lost), counts).toBe(0);
    expect(Math.max(0, late - 3 * bare.late), counts).toBeLessThan(40);
  }, 60_000);

  it('stay over the restart of both agents', async () => {
    const { key } = await agree();
    await useKeys(a);
    await useKeys(b);
    expect([await step(a), await step(b)]).toEqual([key, key]);
    await answered();
  }, 60_000);

  it('go on from the disk of a node that rebooted', async () => {
    const { key } = await agree();
    await b.disk.settled();
    rmSync(`${folder}/west-keys`, { recursive: true });
    await useKeys(b);
    expect(await step(b)).toBe(key);
    await answered();
  }, 90_000);

  it('are agreed on again when a node lost its memory, through a tunnel that is closed meanwhile', async () => {
    const { key } = await agree();
    await b.disk.settled();
    for (const place of ['west-keys', 'west-disk']) rmSync(`${folder}/${place}`, { recursive: true });
    await useKeys(b);
    expect(await step(b)).toBe('Closed');
    // The other one hears nothing any more.
    a.aheadMs = silentMs + 1_000;
    a.isSilent = true;
    expect(await step(a)).toBe('Closed');
    a.isSilent = false;
    await agree(key);
    await answered();
  }, 90_000);
});
