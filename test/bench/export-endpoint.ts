import { setTimeout as pause } from 'node:timers/promises';
import { serviceExportKind } from '../../src/api/kinds.ts';
import { type EndpointSlice, endpointSliceKind } from '../../src/kubernetes/kinds.ts';
import { distribution, type Distribution } from './figure.ts';
import { hubWrites } from './hub-writes.ts';
import type { Item } from './item.ts';
import { serviceExport } from './workload.ts';

const serviceLabel = 'multicluster.kubernetes.io/service-name';
const single = (value: number, n: number): Distribution => ({ n, p50: value, p99: value });

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
    const times = { created: [] as number[], deleted: [] as number[] };

    const restStarted = performance.now();
    const atRest = await hubWrites(bed);
    await pause(bed.quick ? 2_000 : 20_000, undefined, { signal });
    const restPerMs = ((await hubWrites(bed)) - atRest) / (performance.now() - restStarted);

    const before = await hubWrites(bed);
    const started = performance.now();
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
    }
    const perChange = ((await hubWrites(bed)) - before) / (2 * rounds);
    const restPerChange = (restPerMs * (performance.now() - started)) / (2 * rounds);
    return {
      figures: [
        {
          what: "export created → endpoint in the other cluster's API server",
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.created),
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
          budget: [{ of: 'p99', limit: 300 }],
        },
        {
          what: 'writes on the hub for each export created or deleted',
          unit: 'writes',
          better: 'lower',
          measured: single(perChange, 2 * rounds),
          baseline: { what: 'at rest, in the same time', measured: single(restPerChange, 1) },
          budget: [{ of: 'p50', limit: 1 + restPerChange }],
        },
      ],
    };
  },
};
