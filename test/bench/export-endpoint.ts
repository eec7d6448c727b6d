import { serviceExportKind } from '../../src/api/kinds.ts';
import { type EndpointSlice, endpointSliceKind } from '../../src/kubernetes/kinds.ts';
import { type Distribution, distribution } from './figure.ts';
import { floorTitle, openFloor } from './floor.ts';
import { allWrites, countHubWrites } from './hub-writes.ts';
import type { Item } from './item.ts';
import { serviceExport } from './workload.ts';

const serviceLabel = 'multicluster.kubernetes.io/service-name';

/** A ServiceExport is created or deleted: until the other cluster's API server tells of its endpoint, or of its end. */
export const exportEndpoint: Item = {
  name: 'export-endpoint',
  title: 'Export to endpoint',
  measure: async (bed) => {
    const { signal } = bed;
    const { namespace, slice, east } = await bed.scene();
    const seen = await bed.follow<EndpointSlice>(bed.west, { kind: endpointSliceKind, namespace });
    const readyOf = (all: readonly EndpointSlice[], name: string): boolean =>
      all.some(
        ({ metadata, endpoints }) =>
          metadata.labels?.[serviceLabel] === name &&
          (endpoints ?? []).some(({ addresses, conditions }) => addresses.includes(east.address) && conditions?.ready !== false),
      );
    const rounds = bed.rounds(50);
    const floor = await openFloor(bed);
    const times = { floor: [] as number[], created: [] as number[], deleted: [] as number[] };

    const written = await countHubWrites(bed);
    for (let round = 0; round < rounds; round += 1) {
      const name = `bench-${round}`;
      const createdAt = performance.now();
      const arrived = seen.when(`the endpoint of ${name} in west`, (all) => readyOf(all, name));
      await bed.east.create(serviceExportKind, serviceExport(namespace, name, slice, 'far'), { signal });
      times.created.push((await arrived) - createdAt);
      const deletedAt = performance.now();
      const ended = seen.when(`the end of ${name} in west`, (all) => !readyOf(all, name));
      await bed.east.delete(serviceExportKind, { namespace, name }, { signal });
      times.deleted.push((await ended) - deletedAt);
      times.floor.push(await floor.measure());
    }
    const work = await written();
    const alone = { what: floorTitle, measured: distribution(times.floor) };
    const perChange = (count: number): Distribution => ({ n: 2 * rounds, p50: count / (2 * rounds), p99: Number.NaN });
    return {
      figures: [
        {
          what: "export created → endpoint in the other cluster's API server",
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.created),
          baseline: alone,
          budget: [
            { of: 'p50', limit: 100 },
            { of: 'p99', limit: 250 },
          ],
        },
        {
          what: 'export deleted → endpoint gone there',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.deleted),
          baseline: alone,
          budget: [{ of: 'p99', limit: 300 }],
        },
        {
          what: 'statements written on the hub for each export created or deleted',
          unit: 'writes',
          better: 'lower',
          measured: perChange(work.offers),
          baseline: {
            what: 'everything else on the hub in the same time: reports, status and events',
            measured: perChange(allWrites(work) - work.offers),
          },
          budget: [{ of: 'p50', limit: 1 }],
        },
      ],
    };
  },
};
