import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import { accessCompiler } from '../plan/policy/compile.ts';
import type { AccessRules } from '../plan/policy/rules.ts';
import type { NodeService } from '../plan/services/node-service.ts';
import { SliceServices } from '../plan/services/slice-services.ts';
import type { Clock } from '../values/clock.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import type { Kernel } from './port.ts';

/** Ways in which others can break the state of a kernel. */
export const breakages = [
  'namespace deleted',
  'tunnel gone',
  'peer removed',
  'peer given other addresses',
  'slice route deleted',
  'foreign default route',
  'pod route deleted',
  'firewall flushed',
  'firewall rule deleted',
  'policies flushed',
  'policy rule deleted',
  'services flushed',
  'service rule deleted',
  'service element deleted',
  'forwarding off',
  'pod interface deleted',
  'route inside pod deleted',
  'last route inside pod deleted',
  'neighbour inside pod deleted',
  'address inside pod deleted',
  'interface inside pod given another address',
  'interface inside pod renamed',
  'guard inside pod deleted',
  'guard rule inside pod deleted',
] as const;
export type Breakage = (typeof breakages)[number];

/** A machine on which a kernel can be tested, and broken. */
export interface KernelWorld {
  /** A kernel without any memory, like that of an agent just started. @param clock by which it puts off repairs; the machine's unless given */
  restart(clock?: Clock): Kernel;
  /** A slice of this machine without pods and with one peer. */
  readonly network: SliceNetwork;
  /** Starts a pod with nothing but its own network. */
  pod(name: string, address: string): Promise<PodAttachment>;
  endPod(pod: PodAttachment): Promise<void>;
  /** Gives a pod very many routes of its own over an interface of its own, like a router's. */
  crowd(pod: PodAttachment): Promise<void>;
  /** Breaks the slice, or its part in the first pod. */
  break(how: Breakage, network: SliceNetwork): Promise<void>;
  /** What exists of the slice inside its pods: interfaces, routes and rules, one line each. */
  traces(network: SliceNetwork): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Policies by which these pods may be called by one namespace only, and by nobody who is unknown. */
const policies = (addresses: readonly string[], otherwise: 'Allow' | 'Deny' = 'Deny'): AccessRules =>
  accessCompiler({
    default: otherwise,
    policies: [
      {
        name: 'p',
        scope: 'slice',
        action: 'Allow',
        to: { namespaces: ['app-ns'] },
        from: [{ namespaces: ['app-ns'] }],
        ports: [{ protocol: 'TCP', port: 80, endPort: 90 }],
      },
      { name: 'd', scope: 'owner', action: 'Deny', to: {}, from: [{ clusters: ['west'], namespaces: ['other'] }, { clusters: ['north'] }] },
    ],
  })([
    { cluster: 'east', blocks: ['10.77.0.0/24'], pods: [{ namespace: 'app-ns', serviceAccount: 'a', labels: {}, addresses }] },
    { cluster: 'west', blocks: ['10.77.1.0/24'], pods: [] },
  ]);

/** Services by the number of their endpoints, `sticky` with session affinity. */
const services = (counts: Readonly<Record<string, number>>): SliceServices =>
  SliceServices.none('10.77.240.0/20').with(
    Object.entries(counts).map(([name, count], index): [string, NodeService] => {
      const targets = Array.from({ length: count }, (_, at) => ({ address: `10.77.${100 + (at >> 8)}.${at & 255}`, port: 8080 }));
      return [
        `app-ns/${name}`,
        {
          address: `10.77.240.${index + 1}`,
          sticky: name === 'sticky',
          ...(name === 'sticky' ? { affinitySeconds: 10 } : {}),
          ports: [
            { protocol: 'TCP', port: 80, targets },
            { protocol: 'UDP', port: 53, targets: targets.map((target) => ({ ...target, port: 5353 })) },
            { protocol: 'SCTP', port: 9, targets },
          ],
          alive: targets.map(({ address }) => address),
          down: [],
        },
      ];
    }),
  );

/**
 * What every `Kernel` must do; run against the fake and against a real kernel.
 *
 * @param hasPresharedKeys whether the driver mixes pre-shared keys into handshakes; IPsec authenticates by certificates itself
 */
export const kernelContract = (name: string, setup: () => Promise<KernelWorld>, hasPresharedKeys = true): void => {
  describe(`kernel contract: ${name}`, () => {
    const signal = new AbortController().signal;
    let world: KernelWorld;
    beforeEach(async () => {
      world = await setup();
    });
    afterEach(() => world.close());

    const withPod = async (): Promise<SliceNetwork> => ({ ...world.network, pods: [await world.pod('first', '10.77.0.5')] });

    it('creates a slice, and changes nothing the second time, nor after a restart', async () => {
      const network = await withPod();
      const kernel = world.restart();
      const first = await kernel.converge([network], signal);
      expect(first.failures).toEqual(new Map());
      expect(first.podFailures).toEqual(new Map());
      expect(first.changes).not.toEqual([]);
      expect(first.attached.get(network.slice)).toEqual(new Set([network.pods[0]?.uid]));
      expect((await kernel.converge([network], signal)).changes).toEqual([]);
      expect((await kernel.converge([network], signal, 'changes')).changes).toEqual([]);
      expect((await world.restart().converge([network], signal)).changes).toEqual([]);
    });

    it('holds the policies of a slice, changes single pods of them, and keeps them over a restart', async () => {
      const none = await withPod();
      const one = { ...none, access: policies(['10.77.0.5']) };
      const more = { ...none, access: policies(['10.77.0.5', '10.77.1.9']) };
      const kernel = world.restart();
      const loaded = await kernel.converge([one], signal);
      expect(loaded.failures).toEqual(new Map());
      expect((await world.restart().converge([one], signal)).changes).toEqual([]);
      for (const network of [more, one, { ...one, access: policies(['10.77.0.5'], 'Allow') }, none, more, none])
        for (const scope of ['changes', 'everything'] as const) {
          const outcome = await kernel.converge([network], signal, scope);
          expect(outcome.failures).toEqual(new Map());
          expect(outcome.changes.length > 0, `${scope}: ${outcome.changes.join()}`).toBe(scope === 'changes');
        }
    });

    it('holds the services of a slice, changes single ones of them, and keeps them over a restart', async () => {
      const none = await withPod();
      const kernel = world.restart();
      await kernel.converge([none], signal);
      for (const counts of [{ web: 2, sticky: 3 }, { web: 1, sticky: 3 }, { web: 1, sticky: 1, more: 40 }, { web: 0 }, { sticky: 2 }, {}]) {
        const network = { ...none, services: services(counts) };
        const outcome = await kernel.converge([network], signal, 'changes');
        expect([outcome.failures, outcome.podFailures]).toEqual([new Map(), new Map()]);
        expect(outcome.changes).not.toEqual([]);
        for (const scope of ['changes', 'everything'] as const)
          expect((await kernel.converge([network], signal, scope)).changes).toEqual([]);
        expect((await world.restart().converge([network], signal)).changes).toEqual([]);
      }
    });

    it('leaves services as they are while nothing is known about them, and has none without a pod', async () => {
      const network = await withPod();
      const known = { ...network, services: services({ web: 2 }) };
      await world.restart().converge([known], signal);
      expect((await world.restart().converge([network], signal)).changes).toEqual([]);
      const again = world.restart();
      expect((await again.converge([known], signal)).changes).toEqual([]);
      expect((await again.converge([{ ...known, pods: [] }], signal, 'changes')).changes.some((change) => change.includes('service'))).toBe(
        true,
      );
      expect((await world.restart().converge([{ ...known, pods: [] }], signal)).changes).toEqual([]);
      expect((await again.converge([known], signal, 'changes')).failures).toEqual(new Map());
      expect((await world.restart().converge([known], signal)).changes).toEqual([]);
    });

    it('shows the tunnel', async () => {
      const kernel = world.restart();
      expect(await kernel.observe(world.network, signal)).toBeUndefined();
      await kernel.converge([world.network], signal);
      const tunnel = await kernel.observe(world.network, signal);
      expect(tunnel).toMatchObject({ publicKey: world.network.publicKey, listenPort: world.network.listenPort });
      expect(tunnel?.peers.map((peer) => [peer.publicKey, peer.allowedIPs, peer.endpoint])).toEqual(
        world.network.peers.map((peer) => [peer.publicKey, [...peer.allowedIPs].toSorted(), peer.endpoint]),
      );
    });

    if (hasPresharedKeys)
      it('gives a peer a pre-shared key, another one and none, and keeps it over a restart', async () => {
        const [peer] = world.network.peers;
        if (!peer) throw new Error('the network needs a peer');
        const keys = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
        const kernel = world.restart();
        await kernel.converge([world.network], signal);
        for (const presharedKey of [keys[0], keys[1], undefined, keys[0]]) {
          const network = { ...world.network, peers: [{ ...peer, ...(presharedKey === undefined ? {} : { presharedKey }) }] };
          const outcome = await kernel.converge([network], signal, 'changes');
          expect(outcome.failures).toEqual(new Map());
          expect(outcome.changes).not.toEqual([]);
          expect((await kernel.observe(network, signal))?.peers[0]?.presharedKey).toBe(presharedKey);
          expect((await kernel.converge([network], signal)).changes).toEqual([]);
          expect((await world.restart().converge([network], signal)).changes).toEqual([]);
        }
      });

    it.each(['everything', 'changes'] as const)('adds and removes one pod and one peer (%s)', async (scope) => {
      const kernel = world.restart();
      const [peer] = world.network.peers;
      if (!peer) throw new Error('the network needs a peer');
      const other = {
        ...peer,
        name: 'west/other',
        publicKey: 'b3RoZXItcGVlci1rZXktMDEyMzQ1Njc4OTAxMjM0NTY=',
        allowedIPs: ['10.77.200.0/24'],
      };
      const first = await withPod();
      await kernel.converge([first], signal);
      const more = { ...first, peers: [...first.peers, other], pods: [...first.pods, await world.pod('second', '10.77.0.6')] };
      const added = await kernel.converge([more], signal, scope);
      expect(added.changes).not.toEqual([]);
      expect(added.attached.get(first.slice)?.size).toBe(2);
      expect((await kernel.observe(more, signal))?.peers.length).toBe(2);
      expect((await kernel.converge([more], signal)).changes).toEqual([]);
      await kernel.converge([{ ...more, peers: [other], pods: more.pods.slice(1) }], signal, scope);
      expect((await kernel.observe(more, signal))?.peers.map((seen) => seen.publicKey)).toEqual([other.publicKey]);
      expect((await kernel.converge([{ ...more, peers: [other], pods: more.pods.slice(1) }], signal)).changes).toEqual([]);
    });

    it('reports a pod that has ended and serves the others', async () => {
      const kernel = world.restart();
      const gone = await world.pod('gone', '10.77.0.9');
      await world.endPod(gone);
      const network = await withPod();
      const outcome = await kernel.converge([{ ...network, pods: [gone, ...network.pods] }], signal);
      expect([...outcome.podFailures.keys()]).toEqual([gone.uid]);
      expect(outcome.podFailures.get(gone.uid)?.code).toBe('NotFound');
      expect(outcome.attached.get(network.slice)).toEqual(new Set([network.pods[0]?.uid]));
    });

    it('removes slices that are no longer wanted, also after a restart', async () => {
      const network = await withPod();
      await world.restart().converge([network], signal);
      const outcome = await world.restart().converge([], signal);
      expect(outcome.changes).not.toEqual([]);
      expect(await world.restart().observe(network, signal)).toBeUndefined();
      expect((await world.restart().converge([], signal)).changes).toEqual([]);
      expect(await world.traces(network)).toEqual([]);
    });

    it.each(['everything', 'changes'] as const)('leaves no trace in a pod that leaves (%s)', async (scope) => {
      const network = await withPod();
      const kernel = world.restart();
      await kernel.converge([network], signal);
      await kernel.converge([{ ...network, pods: [] }], signal, scope);
      expect(await world.traces(network)).toEqual([]);
    });

    it('leaves an untouched slice as it is, also after a restart', async () => {
      const network = await withPod();
      const kernel = world.restart();
      await kernel.converge([network], signal);
      const before = [await kernel.observe(network, signal), await world.traces(network)];
      for (const other of [kernel, world.restart()]) {
        const { changes, failures } = await other.converge([], signal, 'everything', { untouched: [network] });
        expect([changes, failures]).toEqual([[], new Map()]);
        expect([await other.observe(network, signal), await world.traces(network)]).toEqual(before);
      }
    });

    it("does not read a pod's own network, however large", async () => {
      const network = await withPod();
      const kernel = world.restart();
      for (const pod of network.pods) await world.crowd(pod);
      expect((await kernel.converge([network], signal)).podFailures).toEqual(new Map());
      const again = await kernel.converge([network], signal);
      expect([again.changes, again.podFailures]).toEqual([[], new Map()]);
    });

    it('puts off the repair of a pod that breaks repeatedly, of no other, and repairs it when it is due', async () => {
      const first = await withPod();
      const [pod] = first.pods;
      const network = { ...first, pods: [...first.pods, await world.pod('second', '10.77.0.6')] };
      const clock = handClock();
      const kernel = world.restart(clock);
      let outcome = await kernel.converge([network], signal);
      for (let times = 0; times < 10 && outcome.putOff.size === 0; times += 1) {
        await world.break('pod interface deleted', network);
        outcome = await kernel.converge([network], signal);
        if (times === 0) expect(outcome.podFailures, 'the first repair').toEqual(new Map());
      }
      for (const scope of ['everything', 'changes'] as const) {
        expect([...outcome.putOff.keys()]).toEqual([pod?.uid]);
        expect([...outcome.podFailures].map(([uid, { code }]) => [uid, code])).toEqual([[pod?.uid, 'Unavailable']]);
        expect(outcome.attached.get(network.slice)).toEqual(new Set([network.pods[1]?.uid]));
        outcome = await kernel.converge([network], signal, scope);
      }
      clock.advance(8_000);
      outcome = await kernel.converge([network], signal);
      expect(outcome.attached.get(network.slice)?.size).toBe(2);
      expect(outcome.podFailures).toEqual(new Map());
    });

    it('observes one slice when it is the scope', async () => {
      const network = await withPod();
      const kernel = world.restart();
      await kernel.converge([network], signal);
      await world.break('slice route deleted', network);
      expect((await kernel.converge([network], signal, { slice: network.slice })).changes).not.toEqual([]);
      expect((await kernel.converge([network], signal)).changes).toEqual([]);
    });

    it.each(breakages)('repairs: %s', async (how) => {
      const network = { ...(await withPod()), access: policies(['10.77.0.5']), services: services({ web: 2, sticky: 1 }) };
      const kernel = world.restart();
      await kernel.converge([network], signal);
      await world.break(how, network);
      const repaired = await kernel.converge([network], signal);
      expect(repaired.failures).toEqual(new Map());
      expect(repaired.podFailures).toEqual(new Map());
      expect(repaired.changes, 'the repair').not.toEqual([]);
      expect((await kernel.converge([network], signal)).changes, 'after the repair').toEqual([]);
      expect((await kernel.observe(network, signal))?.peers.map((peer) => peer.allowedIPs)).toEqual(
        network.peers.map((peer) => peer.allowedIPs),
      );
    });
  });
};
