import { sleep, systemClock } from '../../src/values/clock.ts';
import { ensure, until } from '../e2e/until.ts';
import type { Figure } from './figure.ts';
import { allWrites, countHubWrites, type HubWork } from './hub-writes.ts';
import type { LoneItem } from './item.ts';
import { type SimulatedFleet, setNamespaces, startSimulatedFleet } from './simulated-fleet.ts';

/** The fleets that are compared: clusters, the nodes of each, and on how many of these the slice has a pod. */
const sizes = [
  { clusters: 2, nodes: 2, used: 2 },
  { clusters: 10, nodes: 20, used: 20 },
  { clusters: 100, nodes: 10, used: 2 },
] as const;

/** How long is counted at least: reports are paced by 2 s, the status of a slice of a hundred clusters by 2 s. What comes later counts with what follows. */
const echoMs = 8_000;

/** Something that happens in a fleet, and by what one sees that everybody knows. */
interface Happening {
  readonly what: string;
  readonly act: () => unknown;
  readonly isKnown?: () => Promise<boolean>;
}

const happenings = (fleet: SimulatedFleet, clusters: number, signal: AbortSignal): readonly Happening[] => {
  const { first } = fleet;
  const everybodyHas = (which: 'ready' | 'notReady' | 'none') => async (): Promise<boolean> =>
    (await fleet.endpoints())[which] === clusters;
  return [
    { what: 'nothing', act: () => undefined },
    { what: 'an export is created', act: () => first.ask('export web'), isKnown: everybodyHas('ready') },
    { what: 'an endpoint of it is no longer Ready', act: () => first.ask('pod web false'), isKnown: everybodyHas('notReady') },
    { what: 'the export is deleted', act: () => first.ask('unexport web'), isKnown: everybodyHas('none') },
    { what: 'a node joins', act: () => first.ask('node node-more') },
    { what: 'the node leaves', act: () => first.ask('unnode node-more') },
    { what: 'a namespace is added to the slice', act: () => setNamespaces(fleet, ['more'], signal) },
    { what: 'the worker of one cluster restarts', act: () => first.ask('restart') },
  ];
};

const cell = (work: HubWork): string => {
  const { offers, reports, objects, events, bytesIn, watchEvents, watchBytes } = work;
  const kb = (bytes: number): string => (bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0);
  return `${allWrites(work)} (${offers} + ${reports} + ${objects} + ${events}), ${kb(bytesIn)} kB; ${watchEvents}, ${kb(watchBytes)} kB`;
};

const measureFleet = async (
  { clusters, nodes, used }: (typeof sizes)[number],
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, HubWork>> => {
  const began = performance.now();
  const names = Array.from({ length: clusters }, (_, index) => `c${index}`);
  const fleet = await startSimulatedFleet({ clusters: names, nodes, used }, signal);
  const ending = new AbortController();
  // What counts reads the hub for as long as it is there.
  const counting = { hub: fleet.hub.admin, signal: AbortSignal.any([signal, ending.signal]) };
  try {
    await fleet.settled(signal);
    report(`${clusters} clusters of ${nodes} nodes are settled after ${Math.round((performance.now() - began) / 1_000)} s`);
    await fleet.first.ask('pod web true');
    const works = new Map<string, HubWork>();
    await sleep(systemClock, echoMs, signal);
    for (const { what, act, isKnown = async () => true } of happenings(fleet, clusters, signal)) {
      const counted = await countHubWrites(counting);
      await act();
      await until(`everybody knows: ${what}`, async () => ensure(await isKnown(), 'not yet'), { withinMs: 120_000 });
      if (what === 'a node joins' || what === 'the node leaves') await fleet.settled(signal);
      await sleep(systemClock, echoMs, signal);
      const work = await counted();
      report(`${clusters} × ${nodes}, ${what}: ${cell(work)}`);
      works.set(what, work);
    }
    return works;
  } finally {
    ending.abort();
    await fleet.stop();
  }
};

/** What each kind of change costs the hub in fleets of different sizes, whose members are simulated up to their edge. */
export const fleetSizes: LoneItem = {
  name: 'fleet-sizes',
  title: 'What a change costs the hub, by the size of the fleet',
  needsNoPlayground: true,
  limitMinutes: 40,
  measure: async ({ quick, signal, report }) => {
    const measured: {
      readonly clusters: number;
      readonly nodes: number;
      readonly used: number;
      readonly works: ReadonlyMap<string, HubWork>;
    }[] = [];
    const notMeasured: { readonly what: string; readonly why: string }[] = [];
    for (const size of quick ? sizes.slice(0, 1) : sizes) {
      try {
        measured.push({ ...size, works: await measureFleet(size, report, signal) });
      } catch (error) {
        // A machine that is too small for the largest fleet still measures the others.
        notMeasured.push({
          what: `${size.clusters} × ${size.nodes}`,
          why: error instanceof Error ? error.message.slice(0, 300) : String(error),
        });
      }
    }
    const figures = measured.flatMap(({ clusters, nodes, works }): Figure[] => {
      const work = works.get('a node joins');
      if (work === undefined) return [];
      return [
        {
          what: `statements written when a node joins a slice of ${clusters} × ${nodes} nodes; the reports about it are paced by each cluster`,
          unit: 'writes',
          better: 'lower',
          measured: { n: 1, p50: work.offers, p99: Number.NaN },
          budget: [{ of: 'p50', limit: 1 }],
          baseline: { what: `reports of all ${clusters} clusters`, measured: { n: 1, p50: work.reports, p99: Number.NaN } },
        },
      ];
    });
    const whats = [...(measured[0]?.works.keys() ?? [])];
    return {
      figures,
      table: {
        head: [
          'change: all writes on the hub (statements + reports + slices, clusters and memberships + events), bytes written; changes sent to watchers, their bytes',
          ...measured.map(({ clusters, nodes, used }) => `${clusters} × ${nodes}${used === nodes ? '' : `, ${used} of them in use`}`),
        ],
        rows: whats.map((what) => [
          what,
          ...measured.map(({ works }) => {
            const work = works.get(what);
            return work === undefined ? '–' : cell(work);
          }),
        ]),
      },
      notMeasured,
    };
  },
};
