import { beforeAll, describe, expect, test } from 'vitest';
import { countsOf, settledCounts, startPath } from '../path.ts';
import { ensure, until } from '../until.ts';
import { conditionOf, hasCondition, type World } from '../world.ts';
import { credentialOf, shortenCredentials, shortestLifeSeconds } from './credential-life.ts';
import { hubOff, hubOn } from './hub-power.ts';

const system = 'kubeslice-system';
interface Attached {
  readonly address: string;
}

/** The hub is off for longer than the credentials of its members live, and these are restarted meanwhile. */
export const expiredTopic = (world: World): void => {
  const members = ['east', 'west'] as const;
  /** Every address of pods and routers in the slice, with whom it belongs to. */
  const addresses = async (): Promise<ReadonlyMap<string, string[]>> => {
    const owners = new Map<string, string[]>();
    const add = (address: string, owner: string): unknown => owners.set(address, [...(owners.get(address) ?? []), owner]);
    for (const member of members)
      for (const { metadata, status } of await world.list(member, 'slicenode', '--namespace', system)) {
        if (typeof status?.router === 'string') add(status.router, `${member}/${metadata.name}`);
        for (const [uid, { address }] of Object.entries((status?.pods ?? {}) as Record<string, Attached>)) add(address, `${member}/${uid}`);
      }
    return owners;
  };
  const rollout = async (member: string, what: string): Promise<void> => {
    await world.kubectl(member, ['rollout', 'restart', '--namespace', system, what]);
    await world.kubectl(member, ['rollout', 'status', '--namespace', system, what, '--timeout=120s'], { timeoutMs: 130_000 });
  };

  describe('a hub that is off for longer than credentials live', () => {
    beforeAll(async () => {
      await shortenCredentials(world, members);
      await startPath(world);
    }, 600_000);

    test('is reached again by every member by itself; no packet is lost, and no address is given twice', async () => {
      const hadAddresses = await addresses();
      const before = await settledCounts(world);
      await hubOff(world);
      const offAt = Date.now();
      for (const member of members) {
        await rollout(member, 'deployment/kubeslice-worker');
        await rollout(member, 'daemonset/kubeslice-agent');
        await rollout(member, 'deployment/kubeslice-dns');
      }
      await until('every credential has expired', async () => ensure(Date.now() - offAt > (shortestLifeSeconds + 30) * 1_000, 'not yet'), {
        withinMs: (shortestLifeSeconds + 60) * 1_000,
        everyMs: 5_000,
      });
      for (const member of members) expect((await credentialOf(world, member)).exp).toBeLessThan(Date.now() / 1_000);
      // Once more, now that nobody has a credential that is good for anything.
      await rollout('west', 'deployment/kubeslice-worker');
      const offSeconds = Math.round((Date.now() - offAt) / 1_000);
      await hubOn(world);
      const backAt = Date.now();
      await until(
        'the slice is Ready',
        async () => {
          const slice = await world.get('hub', 'slice', 'app-slice', 'default');
          ensure(hasCondition(slice, 'Ready', 'True'), JSON.stringify(conditionOf(slice, 'Ready')));
        },
        { withinMs: 120_000, everyMs: 500 },
      );
      const after = await settledCounts(world);
      const owners = await addresses();
      console.log(
        `the hub was off for ${offSeconds} s, credentials live for ${shortestLifeSeconds} s; all were back ${Math.round((Date.now() - backAt) / 1_000)} s after it; ${after.sent - before.sent} datagrams, ${after.lost - before.lost} lost`,
      );
      expect({ lost: after.lost - before.lost, connections: after.connections, missedLines: after.missedLines }).toEqual({
        lost: 0,
        connections: before.connections,
        missedLines: before.missedLines,
      });
      expect([...owners].filter(([, list]) => list.length > 1)).toEqual([]);
      // Who was there before has the address of before.
      for (const [address, [owner]] of hadAddresses)
        if ([...owners.values()].some((list) => list[0] === owner)) expect([address, owners.get(address)?.[0]]).toEqual([address, owner]);
      for (const member of members) expect((await credentialOf(world, member)).exp).toBeGreaterThan(Date.now() / 1_000);
      expect((await countsOf(world)).connections).toBe(1);
    });
  });
};
