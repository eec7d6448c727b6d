import { type ConfigMap, configMapKind } from '../../src/kubernetes/kinds.ts';
import type { Bed } from './bed.ts';

/** What the API servers alone take for a change that travels from one cluster to another. */
export interface Floor {
  /** Milliseconds from a write in east to its event, then the same on the hub, then in west: no program of KubeSlice takes part. */
  measure(): Promise<number>;
}

/** What the floor is, for tables. */
export const floorTitle = 'a write and its event in east, on the hub and in west, one after another, with nothing of KubeSlice';

const namespace = 'default';
const name = 'bench-floor';

/** Follows one ConfigMap in each of the three clusters; they are deleted with the bed. */
export const openFloor = (bed: Bed): Promise<Floor> =>
  bed.once('floor', async () => {
    const { signal } = bed;
    const ways = await Promise.all(
      [bed.east, bed.hub, bed.west].map(async (client) => {
        const target = { namespace, name };
        await client.delete(configMapKind, target, { signal }).catch(() => undefined);
        await client.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: target, data: {} }, { signal });
        bed.later(async (during) => {
          await client.delete(configMapKind, target, { signal: during });
        });
        const seen = await bed.follow<ConfigMap>(client, { kind: configMapKind, namespace });
        return { client, target, seen };
      }),
    );
    let round = 0;
    return {
      measure: async () => {
        round += 1;
        const value = String(round);
        const begun = performance.now();
        let last = begun;
        for (const { client, target, seen } of ways) {
          const event = seen.when('the event', (all) => all.some(({ metadata, data }) => metadata.name === name && data?.round === value));
          await client.mergePatch(configMapKind, target, { data: { round: value } }, { signal });
          last = await event;
        }
        return last - begun;
      },
    };
  });
