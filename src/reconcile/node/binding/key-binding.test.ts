import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorityOf } from '../../../../test/exchange/author.ts';
import type { Authority } from '../../../identity/authority.ts';
import { issueNodeCertificate } from '../../../identity/node/issue-node-certificate.ts';
import { createNodeKey, type NodeKey } from '../../../identity/node/node-key.ts';
import { readRoot } from '../../../identity/root.ts';
import type { PeerFacts, SliceFacts } from '../../../plan/facts/node-state.ts';
import { newLink } from '../../../plan/links/liveness.ts';
import { keyLifeMs } from '../../../plan/tunnels/peer-keys.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { type Clock, systemClock } from '../../../values/clock.ts';
import { KeyBinding } from './key-binding.ts';

/*
 * Two nodes whose connections through the tunnel are TCP connections on loopback.
 */

let authorities: Readonly<Record<string, Authority>>;
let directory: string;
let lifetime: AbortController;
const servers: Server[] = [];
const sockets: Socket[] = [];
beforeAll(async () => {
  const now = Date.now();
  authorities = { east: await authorityOf('east', now), west: await authorityOf('west', now) };
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubeslice-binding-'));
  lifetime = new AbortController();
});
afterEach(async () => {
  lifetime.abort();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await rm(directory, { recursive: true });
});

/** How far both clocks were moved, and how far the wall clock alone was set, in milliseconds. */
const shifted = { ms: 0, wallMs: 0 };
const clock: Clock = {
  ...systemClock,
  now: () => systemClock.now() + shifted.ms + shifted.wallMs,
  monotonic: () => systemClock.monotonic() + shifted.ms,
};
beforeEach(() => {
  shifted.ms = 0;
  shifted.wallMs = 0;
});

/** When each peer last answered a probe; undefined for never. */
let answeredAt: number | undefined;
beforeEach(() => {
  answeredAt = undefined;
});

interface TestNode {
  readonly cluster: string;
  readonly tunnelKey: string;
  readonly router: string;
  readonly key: NodeKey;
  certificate: string;
  port: number;
  binding: KeyBinding;
  /** What its last step planned for the other node. */
  use: string;
}
const certificateOf = (cluster: string, key: NodeKey, at = Date.now()): string =>
  issueNodeCertificate(authorities[cluster] as Authority, { node: 'n', publicKey: key.publicKey }, at, (bytes) =>
    new Uint8Array(bytes).fill(9),
  );

const factsOf = (node: TestNode, other: TestNode): SliceFacts => {
  const peer: PeerFacts = {
    cluster: other.cluster,
    node: 'n',
    publicKey: other.tunnelKey,
    identityKey: other.key.publicKey,
    bindsKeys: true,
    endpoints: [],
    blocks: [],
    router: other.router,
  };
  const { certificate } = node;
  return { name: 'app', uid: 'u', subnet: '10.0.0.0/16', blocks: [], driver: 'Auto', certificate, namespaces: [], peers: [peer] };
};

/** Two nodes; the first has the smaller tunnel key. */
const twoNodes = async (): Promise<[TestNode, TestNode]> => {
  const make = (cluster: string, tunnelKey: string, router: string): TestNode => {
    const { key } = createNodeKey();
    return { cluster, tunnelKey, router, key, certificate: certificateOf(cluster, key), port: 0, use: '' } as TestNode;
  };
  const nodes: [TestNode, TestNode] = [make('east', 'A', '10.0.0.1'), make('west', 'B', '10.0.1.1')];
  const [a, b] = nodes;
  for (const [node, other] of [
    [a, b],
    [b, a],
  ] as const) {
    await open(node, other);
    const server = createServer((socket) => {
      sockets.push(socket);
      node.binding.answer('app', other.router, socket, lifetime.signal);
    });
    servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    node.port = (server.address() as { port: number }).port;
  }
  return nodes;
};
const open = async (node: TestNode, other: TestNode): Promise<void> => {
  node.binding = await KeyBinding.open({
    node: 'n',
    key: node.key,
    file: `${directory}/${node.cluster}.json`,
    clusterIn: () => node.cluster,
    rootOf: (_, cluster) => {
      const authority = authorities[cluster];
      return authority === undefined ? undefined : rootOf(authority);
    },
    linkOf: () => (answeredAt === undefined ? undefined : { ...newLink(0), lastAnswer: answeredAt }),
    dial: () => {
      const socket = connect(other.port, '127.0.0.1');
      sockets.push(socket);
      return socket;
    },
    onChange: () => undefined,
    clock,
    random: () => 1,
    log: quietLog,
  });
};
const roots = new Map<string, ReturnType<typeof readRoot>>();
const rootOf = ({ certificate, cluster }: Authority) => {
  const known = roots.get(certificate) ?? readRoot(certificate, { cluster, project: 'default' });
  roots.set(certificate, known);
  return known;
};
/** One step of a node's agent. */
const step = async (node: TestNode, other: TestNode): Promise<void> => {
  const { uses } = node.binding.decide([factsOf(node, other)], new Map([['app', { publicKey: node.tunnelKey }]]));
  await node.binding.save();
  const use = [...uses.values()][0];
  node.use = use === undefined ? 'Everything' : use.use === 'Bound' ? use.presharedKey : use.use;
  node.binding.begin(lifetime.signal);
};
const steps = async ([a, b]: readonly [TestNode, TestNode]): Promise<void> => {
  await step(a, b);
  await step(b, a);
};
const agree = (nodes: readonly [TestNode, TestNode], not = ''): Promise<void> =>
  vi.waitFor(
    async () => {
      await steps(nodes);
      expect(nodes[0].use).toMatch(/^[\w+/]{43}=$/);
      expect(nodes[1].use).toBe(nodes[0].use);
      expect(nodes[0].use).not.toBe(not);
    },
    { timeout: 10_000, interval: 20 },
  );

describe('two nodes', () => {
  it('begin closed and agree on a key', async () => {
    const nodes = await twoNodes();
    await steps(nodes);
    expect(nodes.map(({ use }) => use)).toEqual(['Closed', 'Closed']);
    await agree(nodes);
  });

  it('keep the key over restarts of their agents, in files that root alone reads', async () => {
    const nodes = await twoNodes();
    await agree(nodes);
    const { use } = nodes[0];
    for (const file of ['east', 'west']) expect((await stat(`${directory}/${file}.json`)).mode & 0o777).toBe(0o600);
    await open(nodes[0], nodes[1]);
    await open(nodes[1], nodes[0]);
    await steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual([use, use]);
  });

  it.each([3, -3])('keep the key when a clock is set by %i hours', async (hours) => {
    const nodes = await twoNodes();
    await agree(nodes);
    const { use } = nodes[0];
    shifted.wallMs = hours * 3_600_000;
    await steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual([use, use]);
  });

  it('agree on the next key when half of the time is over, and keep the present one until then', async () => {
    const nodes = await twoNodes();
    await agree(nodes);
    const { use } = nodes[0];
    shifted.ms = keyLifeMs / 2;
    const seen = new Set<string>();
    await vi.waitFor(
      async () => {
        answeredAt = clock.monotonic();
        await steps(nodes);
        for (const node of nodes) seen.add(node.use);
        expect(nodes[0].use).not.toBe(use);
        expect(nodes[1].use).toBe(nodes[0].use);
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(seen.has('Closed')).toBe(false);
  });

  it('agree again when one of them lost the key', async () => {
    const nodes = await twoNodes();
    await agree(nodes);
    const { use } = nodes[1];
    await rm(`${directory}/west.json`);
    await open(nodes[1], nodes[0]);
    await step(nodes[1], nodes[0]);
    expect(nodes[1].use).toBe('Closed');
    // The other one hears nothing any more.
    shifted.ms = 6_000;
    await agree(nodes, use);
  });

  it('stay closed while one has the certificate of an earlier key, and ask nobody with it', async () => {
    const nodes = await twoNodes();
    const [a, b] = nodes;
    a.certificate = certificateOf('east', createNodeKey().key);
    await steps(nodes);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sockets).toEqual([]);
    a.certificate = certificateOf('east', a.key);
    await agree(nodes);
    expect(b.use).toBe(a.use);
  });

  it('close the tunnel when the certificate of one ended, and open it with the next one', async () => {
    const nodes = await twoNodes();
    const [a, b] = nodes;
    b.certificate = certificateOf('west', b.key, Date.now() - 13 * 3_600_000);
    await steps(nodes);
    expect([a.use, b.use]).toEqual(['Closed', 'Closed']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await step(a, b);
    expect(a.use).toBe('Closed');
    b.certificate = certificateOf('west', b.key);
    await agree(nodes);
  });
});
