import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaseKind } from '../../values/builtin/lease.ts';
import { namespaceKind } from '../../values/builtin/namespace.ts';
import { type Client, createClient } from '../client.ts';
import type { Connection } from '../credentials/connection.ts';
import { runElected } from './lease.ts';

/** The kinds that the contract works with; a fake must serve them. */
export const leaseKinds = [leaseKind, namespaceKind];

/** Leader election against a server, in real time but with short leases. */
export const leaseContract = (name: string, start: () => Promise<{ readonly connection: Connection; stop(): Promise<void> }>): void => {
  describe(`election at ${name}`, () => {
    let client: Client;
    let stopServer: () => Promise<void>;
    let count = 0;
    const candidates: { stop: () => Promise<void> }[] = [];
    const namespace = 'lease-contract';

    beforeAll(async () => {
      const subject = await start();
      stopServer = () => subject.stop();
      client = createClient(subject.connection, { fieldManager: 'lease' });
      const { signal } = new AbortController();
      await client.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { signal });
    });
    afterEach(() => Promise.all(candidates.splice(0).map((candidate) => candidate.stop())));
    afterAll(async () => {
      client.close();
      await stopServer();
    });

    const leaders = new Set<string>();
    let most = 0;
    const stand = (lease: string, identity: string, leaseMs = 2_000): { stop: () => Promise<void> } => {
      const stop = new AbortController();
      const running = runElected({
        client,
        namespace,
        name: lease,
        identity,
        leaseMs,
        renewMs: leaseMs / 2,
        retryMs: 20,
        signal: stop.signal,
        lead: (signal) =>
          new Promise((resolve) => {
            leaders.add(identity);
            most = Math.max(most, leaders.size);
            signal.addEventListener('abort', () => {
              leaders.delete(identity);
              resolve();
            });
          }),
      });
      const candidate = {
        stop: async () => {
          stop.abort();
          await running;
        },
      };
      candidates.push(candidate);
      return candidate;
    };
    const next = (): string => {
      count += 1;
      most = 0;
      return `lease-${count}`;
    };

    it('lets one lead, and the next at once when that one leaves', async () => {
      const lease = next();
      const first = stand(lease, 'a', 60_000);
      await expect.poll(() => [...leaders]).toEqual(['a']);
      stand(lease, 'b', 60_000);
      stand(lease, 'c', 60_000);
      expect([...leaders]).toEqual(['a']);
      await first.stop();
      await expect.poll(() => leaders.size, { timeout: 5_000 }).toBe(1);
      expect(leaders.has('a')).toBe(false);
      expect(most).toBe(1);
    });

    it('takes over from a leader that stopped renewing, once its lease has expired', async () => {
      const lease = next();
      const { signal } = new AbortController();
      const spec = { holderIdentity: 'ghost', leaseDurationSeconds: 1, renewTime: '2020-01-01T00:00:00.000000Z', leaseTransitions: 4 };
      await client.create(
        leaseKind,
        { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name: lease }, spec },
        { signal },
      );
      const began = performance.now();
      stand(lease, 'a');
      await expect.poll(() => [...leaders], { timeout: 5_000 }).toEqual(['a']);
      // Not at once, although the stored time is long ago: the holder's clock is not ours.
      expect(performance.now() - began).toBeGreaterThan(950);
      const { spec: taken } = await client.get(leaseKind, { namespace, name: lease }, { signal });
      expect(taken).toMatchObject({ holderIdentity: 'a', leaseTransitions: 5 });
      expect(taken?.acquireTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    });

    it('survives somebody else touching the lease, but not somebody else taking it', async () => {
      const lease = next();
      const { signal } = new AbortController();
      const target = { namespace, name: lease };
      stand(lease, 'a');
      await expect.poll(() => [...leaders]).toEqual(['a']);
      await client.mergePatch(leaseKind, target, { metadata: { labels: { touched: 'yes' } } }, { signal });
      const touched = await client.get(leaseKind, target, { signal });
      await expect
        .poll(async () => (await client.get(leaseKind, target, { signal })).metadata.resourceVersion)
        .not.toBe(touched.metadata.resourceVersion);
      expect([...leaders]).toEqual(['a']);
      await client.mergePatch(leaseKind, target, { spec: { holderIdentity: 'thief', leaseDurationSeconds: 60 } }, { signal });
      await expect.poll(() => [...leaders], { timeout: 5_000 }).toEqual([]);
    });

    it('never lets two lead while candidates come and go', async () => {
      const lease = next();
      const standing = new Map(['a', 'b', 'c'].map((identity) => [identity, stand(lease, identity)]));
      for (let round = 0; round < 6; round += 1) {
        await expect.poll(() => leaders.size, { timeout: 10_000, interval: 5 }).toBe(1);
        const [leader = ''] = leaders;
        await standing.get(leader)?.stop();
        standing.set(leader, stand(lease, leader));
      }
      expect(most).toBe(1);
    });
  });
};
