import { convergeFaults } from '../../playground/fault/converge.ts';
import { serviceExportKind, sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { podKind } from '../../src/kubernetes/kinds.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import type { Bed } from './bed.ts';
import type { Figure } from './figure.ts';
import { allWrites, countHubWrites, type HubWork } from './hub-writes.ts';
import type { Item } from './item.ts';
import { makeNamespace, pod, serviceExport } from './workload.ts';

/** How long is counted after something happened, in milliseconds: reports follow for some seconds, and a dead node is missed after 45 s. */
const windowMs = { short: 15_000, long: 75_000 } as const;

/** Something that happens to a fleet, and for how long its echo is counted. */
interface Happening {
  readonly what: string;
  readonly window: keyof typeof windowMs;
  readonly act: () => Promise<unknown>;
  readonly undo?: () => Promise<unknown>;
}

const happenings = async (bed: Bed): Promise<readonly Happening[]> => {
  const { signal } = bed;
  const { namespace, slice, east } = await bed.scene();
  const extra = 'bench-more';
  await makeNamespace(bed, bed.east, extra);
  const members = async (allowedNamespaces: readonly string[]): Promise<void> => {
    const change = { spec: { namespaceIsolationProfile: { allowedNamespaces } } };
    await bed.hub.mergePatch(sliceKind, { namespace: 'default', name: slice }, change, { signal });
  };
  const label = (app: string | null): Promise<unknown> =>
    bed.east.mergePatch(podKind, { namespace, name: 'far' }, { metadata: { labels: { app } } }, { signal });
  // A node that the pods of the scene are not on.
  const other = (await bed.east.list<SliceNode>(sliceNodeKind, { namespace: 'kubeslice-system', signal })).items
    .map(({ spec }) => spec.node)
    .find((node) => node !== east.node);
  // It is in the slice while a pod needs it.
  if (other !== undefined) await bed.east.create(podKind, pod(namespace, 'other', { nodeName: other }), { signal });
  const power = async (off: boolean): Promise<void> => {
    await convergeFaults(bed.context, off && other !== undefined ? [{ kind: 'off', machine: other }] : [], signal);
  };
  const restartWorkers = async (): Promise<void> => {
    const pods = await bed.east.list(podKind, {
      namespace: 'kubeslice-system',
      labelSelector: 'app.kubernetes.io/component=worker',
      signal,
    });
    for (const { metadata } of pods.items) await bed.east.delete(podKind, metadata, { signal });
  };
  const all: Happening[] = [
    { what: 'nothing', window: 'short', act: async () => undefined },
    {
      what: 'an export is created',
      window: 'short',
      act: () => bed.east.create(serviceExportKind, serviceExport(namespace, 'counted', slice, 'far'), { signal }),
    },
    {
      what: 'an endpoint of it goes',
      window: 'short',
      act: () => label(null),
      undo: () => label('far'),
    },
    {
      what: 'the export is deleted',
      window: 'short',
      act: () => bed.east.delete(serviceExportKind, { namespace, name: 'counted' }, { signal }),
    },
    {
      what: 'a namespace is added to the slice',
      window: 'short',
      act: () => members([namespace, extra]),
      undo: () => members([namespace]),
    },
    { what: 'the workers of a cluster restart', window: 'short', act: restartWorkers },
  ];
  if (other === undefined) return all;
  return [
    ...all,
    { what: 'a node dies', window: 'long', act: () => power(true) },
    { what: 'the node comes back, with another key', window: 'long', act: () => power(false) },
  ];
};

const figuresOf = (what: string, work: HubWork): Figure[] => {
  const one = (name: string, unit: string, value: number): Figure => ({
    what: `${what}: ${name}`,
    unit,
    better: 'lower',
    measured: { n: 1, p50: value, p99: Number.NaN },
  });
  return [
    one('all writes on the hub', 'writes', allWrites(work)),
    one('statements', 'writes', work.offers),
    one('reports', 'writes', work.reports),
    one('slices, clusters and memberships', 'writes', work.objects),
    one('events', 'writes', work.events),
    one('written to the hub', 'kB', work.bytesIn / 1_000),
    one('changes sent to watchers', 'changes', work.watchEvents),
    one('sent to watchers', 'kB', work.watchBytes / 1_000),
  ];
};

/** What each kind of change costs the hub: every write, every byte, and what is sent to those who watch. */
export const hubEvents: Item = {
  name: 'hub-events',
  title: 'What a change costs the hub',
  measure: async (bed) => {
    const figures: Figure[] = [];
    for (const { what, window, act, undo } of await happenings(bed)) {
      // What went before has its echo, too.
      await sleep(systemClock, bed.quick ? 5_000 : windowMs.short, bed.signal);
      const counted = await countHubWrites(bed);
      await act();
      await sleep(systemClock, windowMs[window], bed.signal);
      const work = await counted();
      bed.report(`${what}: ${JSON.stringify(work)}`);
      figures.push(...figuresOf(what, work));
      await undo?.();
    }
    return { figures };
  },
};
