import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeIdentityIn, type TestIdentity } from '../../kernel/fixtures/node-identities.ts';
import { cable, obstacleTo, RealNode, realKernel, shell } from '../../kernel/fixtures/real-node.ts';
import type { LinuxKernel } from '../../kernel/linux.ts';
import type { PeerFacts, SliceFacts } from '../../plan/facts/node-state.ts';
import type { PodAttachment } from '../../plan/facts/slice-network.ts';
import { planNode } from '../../plan/node/desired.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['IPsec']);
if (obstacle !== undefined) console.log(`skipped: planned IPsec tunnels: ${obstacle}`);
const signal = new AbortController().signal;

/** One end: its node, what its cluster states about it, and how it plans. */
interface End {
  readonly node: RealNode;
  readonly kernel: LinuxKernel;
  readonly identity: TestIdentity;
  readonly stated: PeerFacts;
  readonly pod: PodAttachment;
  readonly keyFile: string;
}

describe.skipIf(obstacle !== undefined)('planned IPsec tunnels', () => {
  let ends: readonly [End, End];

  const endOf = async (cluster: string, address: string, third: number): Promise<End> => {
    const node = new RealNode(`p${third}`, 'obstacle' in real ? '' : real.tunnelProgram);
    const identity = await nodeIdentityIn(node.directory, cluster);
    const keyFile = `${node.directory}/own.key`;
    writeFileSync(keyFile, shell('wg genkey'), { mode: 0o600 });
    return {
      node,
      identity,
      kernel: node.kernel(),
      pod: node.pod('one', `10.77.${third}.2`),
      keyFile,
      stated: {
        cluster,
        node: 'n1',
        publicKey: shell(`wg pubkey < ${keyFile}`).trim(),
        identityKey: identity.stated.key,
        bindsKeys: true,
        tunnel: 'IPsec',
        endpoints: [{ address, port: 51820 }],
        blocks: [`10.77.${third}.0/24`],
        router: `10.77.${third}.1`,
      },
    };
  };

  /** Plans as the agent of one end does, with a peer as it is stated, and applies it. */
  const apply = async (own: End, other: End, stated: PeerFacts, driver: SliceFacts['driver'] = 'IPsec') => {
    const slice: SliceFacts = {
      // The names of namespaces of a machine with several nodes must differ.
      name: own.node.name,
      uid: 'u',
      subnet: '10.77.0.0/16',
      blocks: own.stated.blocks,
      driver,
      certificate: own.identity.own.certificate,
      namespaces: ['app-ns'],
      peers: [stated],
    };
    const plan = planNode({
      facts: {
        node: own.node.name,
        addresses: [],
        slices: [slice],
        pods: [{ uid: own.pod.uid, namespace: 'app-ns', name: 'one', eligible: true, serviceAccount: 'default' }],
      },
      decisions: {},
      drivers: await own.kernel.drivers(signal),
      keys: new Map([[slice.name, { publicKey: own.stated.publicKey, privateKeyFile: own.keyFile }]]),
      mtu: 1420,
      podNetns: new Map([[own.pod.uid, own.pod.netns]]),
      calls: new Map(),
      identityKeyFile: own.identity.own.privateKeyFile,
      authorityOf: (uid, cluster) => (uid === 'u' && cluster === other.stated.cluster ? other.identity.stated.authority : undefined),
      busyPorts: new Set(),
      now: Date.now(),
    });
    expect(plan.problems).toEqual(new Map());
    const { failures, podFailures } = await own.kernel.converge(plan.networks, signal);
    expect([...failures, ...podFailures]).toEqual([]);
    return plan;
  };
  const reaches = (from: End, to: End): boolean => {
    try {
      from.node.inPod(from.pod, `ping -c 1 -W 1 ${to.pod.address}`);
      return true;
    } catch {
      return false;
    }
  };

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    ends = [await endOf('east', '192.0.2.1', 0), await endOf('west', '192.0.2.2', 1)];
    cable(ends[0].node, ends[1].node);
  }, 30_000);
  afterAll(async () => {
    for (const { node, kernel } of ends ?? []) {
      await kernel.converge([], signal);
      await node.close();
    }
  }, 30_000);

  it('carry packets between pods of two nodes that state IPsec', async () => {
    const [east, west] = ends;
    const plan = await apply(east, west, west.stated);
    expect(plan.drivers.values().next().value).toMatchObject({ driver: 'IPsec', reason: expect.stringContaining('userspace backend') });
    await apply(west, east, east.stated);
    await vi.waitFor(() => expect(reaches(east, west)).toBe(true), { timeout: 8_000, interval: 50 });
    expect(reaches(west, east)).toBe(true);
  }, 30_000);

  it('carry nothing to a node that states another kind, or whose stated key is another', async () => {
    const [east, west] = ends;
    const { tunnel: _, ...withoutIpsec } = west.stated;
    expect((await apply(east, west, withoutIpsec)).networks[0]?.peers).toEqual([]);
    expect(reaches(east, west)).toBe(false);
    await apply(east, west, { ...west.stated, identityKey: east.stated.identityKey as string });
    for (let attempt = 0; attempt < 3; attempt += 1) expect(reaches(east, west)).toBe(false);
    await apply(east, west, west.stated);
    await vi.waitFor(() => expect(reaches(east, west)).toBe(true), { timeout: 8_000, interval: 50 });
  }, 30_000);

  it('give way to WireGuard when the slice requests it, and leave no process', async () => {
    const [east, west] = ends;
    const pid = readFileSync(`${east.node.directory}/ipsec/processes/ks-${east.node.name}.pid`, 'utf8');
    for (const [own, other] of [[east, west] as const, [west, east] as const]) {
      const { tunnel: _, ...stated } = other.stated;
      await apply(own, other, stated, 'WireGuardUserspace');
    }
    await vi.waitFor(() => expect(reaches(east, west)).toBe(true), { timeout: 12_000, interval: 50 });
    expect(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toThrow();
  }, 40_000);
});
