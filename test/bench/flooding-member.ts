import { membershipKind, noticeKind } from '../../src/api/kinds.ts';
import { sourceClusterLabel } from '../../src/api/labels.ts';
import { maxNotices } from '../../src/api/notice/type.ts';
import { workerAccount } from '../../src/api/places.ts';
import { type EndpointSlice, endpointSliceKind, namespaceKind } from '../../src/kubernetes/kinds.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import { apiVersionOf } from '../../src/values/resource-kind.ts';
import { authorityFilesOf } from '../clusters/member.ts';
import { ensure, until } from '../e2e/until.ts';
import { type Distribution, distribution, type Figure } from './figure.ts';
import { startFleetOfProcesses } from './fleet-of-processes.ts';
import { follow } from './follow.ts';
import type { LoneItem } from './item.ts';
import { startProcess } from './processes/start-process.ts';

const hostile = 'mallory';
/** Rounds of quiet and flood in turns, and exports in each. */
const turns = 8;
const exportsInTurn = 50;

/** Times of one state of affairs, in milliseconds. */
interface Times {
  /** From an export in one cluster to its endpoint in another. */
  readonly pair: number[];
  /** From a write on the hub to the event that a client gets which does nothing but watch. */
  readonly floor: number[];
}
/** The time of the pair as a multiple of the floor, of which every reader pays its share whatever it does. */
const multiple = ({ pair, floor }: Times): Distribution => {
  const [ours, alone] = [distribution(pair), distribution(floor)];
  return { n: ours.n, p50: ours.p50 / alone.p50, p99: ours.p99 / alone.p99 };
};
const noTimes = (): Times => ({ pair: [], floor: [] });

/**
 * What a member costs the others that has filled its budgets and writes as fast as it may: from an export in one cluster to its endpoint in another, beside
 * the same in turns while it is quiet. Its statements are valid, so the others take them in. Then it writes as fast as it can, until the hub takes its
 * right away, and goes on to ask. Beside each stands what the hub's API server alone does meanwhile. All programs are processes of their own.
 */
export const floodingMember: LoneItem = {
  name: 'flooding-member',
  title: 'A member at all its limits',
  needsNoPlayground: true,
  limitMinutes: 30,
  measure: async ({ quick, signal, report }) => {
    const authority = await authorityFilesOf(hostile);
    const guests = new Map([[hostile, authority.certificate]]);
    const fleet = await startFleetOfProcesses({ clusters: ['east', 'west'], nodes: 2, guests }, signal);
    const ending = new AbortController();
    const local = AbortSignal.any([signal, ending.signal]);
    try {
      await fleet.settled(signal);
      const [east, west] = fleet.members;
      if (east === undefined || west === undefined) throw new Error('the fleet has two members');
      await east.api.ask('pod web');
      const { hub } = fleet;
      const { value: membership } = await until(
        'the membership',
        async () => {
          const { items } = await hub.admin.list(membershipKind, { signal });
          const found = items.find(({ spec }) => spec.cluster === hostile);
          ensure(found, 'none yet');
          return found;
        },
        { withinMs: 30_000 },
      );
      const { server, ca } = hub.api.connection;
      const token = await hub.tokenOf('default', workerAccount(hostile));
      // What it costs itself does not count.
      const flooder = startProcess('flooder', {
        settings: { server, ca, token, authority, membership: membership.spec },
        signal: local,
        nice: 10,
      });
      const notices = await flooder.ask<number>(`fill ${quick ? 300 : maxNotices}`);
      report(`${hostile} has ${notices} notices`);

      const selection = { namespace: 'app-ns', labelSelector: `${sourceClusterLabel}=east` };
      const endpoints = await follow<EndpointSlice>({ client: west.client, kind: endpointSliceKind, ...selection }, local);
      await hub.apply([{ apiVersion: 'v1', kind: namespaceKind.kind, metadata: { name: 'floor' } }]);
      const ruler = await follow({ client: hub.admin, kind: noticeKind, namespace: 'floor' }, local);
      const spec = { cluster: 'east', kind: 'Node' as const, subject: 'ruler', statement: 'x'.repeat(600), signature: 'x' };
      const write = (version: number): Promise<unknown> => {
        const metadata = { namespace: 'floor', name: 'east.1', labels: { version: String(version) } };
        const notice = { apiVersion: apiVersionOf(noticeKind), kind: noticeKind.kind, metadata, spec };
        return version === 1
          ? hub.admin.create(noticeKind, notice, { signal })
          : hub.admin.mergePatch(noticeKind, metadata, { metadata: { labels: metadata.labels } }, { signal });
      };
      let count = 0;
      const round = async (into: Times): Promise<void> => {
        for (let index = 0; index < (quick ? 10 : exportsInTurn); index += 1) {
          const name = `probe-${(count += 1) % 100}-x`;
          const isThere = (all: readonly EndpointSlice[]): boolean =>
            all.some(({ metadata, endpoints: some }) => metadata.name.includes(name) && (some ?? []).length > 0);
          const arrived = endpoints.when(`the endpoint of ${name}`, isThere);
          const begun = performance.now();
          await east.api.ask(`export ${name}`);
          into.pair.push((await arrived) - begun);
          const gone = endpoints.when(`the endpoint of ${name} is gone`, (all) => !isThere(all));
          await east.api.ask(`unexport ${name}`);
          await gone;
          const version = String(count);
          const told = ruler.when('the event', (all) => all.some(({ metadata }) => metadata.labels?.version === version));
          const asked = performance.now();
          await write(count);
          into.floor.push((await told) - asked);
          await sleep(systemClock, 50, signal);
        }
      };
      const processes = {
        controller: fleet.controller,
        'east api': east.api,
        'east worker': east.worker,
        'west api': west.api,
        'west worker': west.worker,
        flooder,
      };
      /** How much of a processor each process has used since the last call, in percent. */
      const usage = async (): Promise<() => Promise<string>> => {
        const before = new Map<string, number>();
        for (const [name, one] of Object.entries(processes)) before.set(name, await one.cpuMs());
        const begun = performance.now();
        return async () => {
          const words: string[] = [];
          const ms = performance.now() - begun;
          for (const [name, one] of Object.entries(processes))
            words.push(`${name} ${((((await one.cpuMs()) - (before.get(name) ?? 0)) / ms) * 100).toFixed(0)} %`);
          return words.join(', ');
        };
      };
      // The others first take in what fills its budgets.
      const begunAt = performance.now();
      await until(
        'the others have taken in all',
        async () => {
          const before = await west.worker.cpuMs();
          await sleep(systemClock, 3_000, signal);
          const used = (await west.worker.cpuMs()) - before;
          ensure(used < 90, `the worker of west uses ${(used / 30).toFixed(0)} % of a processor`);
        },
        { withinMs: 200_000, everyMs: 100 },
      );
      report(`taken in after ${((performance.now() - begunAt) / 1_000).toFixed(0)} s`);
      const times = { quiet: noTimes(), flood: noTimes(), refused: noTimes() };
      let [writes, floodedMs] = [0, 0];
      await round(noTimes());
      for (let turn = 0; turn < (quick ? 2 : turns); turn += 1) {
        const quietly = await usage();
        await round(times.quiet);
        if (turn < 2) report(`quiet: ${await quietly()}`);
        const begun = performance.now();
        await flooder.ask('begin');
        await sleep(systemClock, 1_000, signal);
        const flooded = await usage();
        await round(times.flood);
        if (turn < 2) report(`flood: ${await flooded()}`);
        writes += await flooder.ask<number>('end');
        floodedMs += performance.now() - begun;
        await until(
          'the others have worked it off',
          async () => {
            const before = await west.worker.cpuMs();
            await sleep(systemClock, 1_000, signal);
            ensure((await west.worker.cpuMs()) - before < 40, 'not yet');
          },
          { withinMs: 120_000, everyMs: 100 },
        );
        const shown = (list: number[]): string => {
          const { p50, p99, n } = distribution(list);
          return `${p50.toFixed(1)} / ${p99.toFixed(1)} (${n})`;
        };
        report(
          `pair quiet ${shown(times.quiet.pair)} flood ${shown(times.flood.pair)}; floor quiet ${shown(times.quiet.floor)} flood ${shown(times.flood.floor)}`,
        );
      }
      await flooder.ask('hammer');
      const { value: refusedMs } = await until(
        'the hub refuses what it writes',
        async () => {
          const ms = await flooder.ask<number>('refused');
          ensure(ms >= 0, 'it does not');
          return ms;
        },
        { withinMs: 120_000 },
      );
      report(`refused after ${(refusedMs / 1_000).toFixed(1)} s`);
      await sleep(systemClock, 5_000, signal);
      await round(times.refused);
      const hammered = await flooder.ask<number>('end');
      await flooder.stop();
      const quiet = distribution(times.quiet.pair);
      const perSecond = writes / (floodedMs / 1_000);
      const compared = (what: string, measured: number[], baseline: number[], whileWhat: string): Figure => ({
        what,
        unit: 'ms',
        better: 'lower',
        measured: distribution(measured),
        baseline: { what: whileWhat, measured: distribution(baseline) },
      });
      return {
        figures: [
          {
            ...compared(
              "export created → endpoint in the other cluster's API server, while a third member is at all its limits",
              times.flood.pair,
              times.quiet.pair,
              'while it is quiet, in turns',
            ),
            budget: [{ of: 'p99', limit: quiet.p99 * 1.1 }],
          },
          {
            what: "the same as a multiple of what the hub's API server takes alone in the same seconds, from a write to its event",
            unit: '×',
            better: 'lower',
            measured: multiple(times.flood),
            baseline: { what: 'while it is quiet, in turns', measured: multiple(times.quiet) },
            budget: [{ of: 'p99', limit: multiple(times.quiet).p99 * 1.1 }],
          },
          compared(
            'write on the hub → its event at a client that only watches, meanwhile',
            times.flood.floor,
            times.quiet.floor,
            'while it is quiet, in turns',
          ),
          {
            what: `writes of that member that the hub took a second, of ${notices} notices of 4 KiB`,
            unit: '/s',
            better: 'lower',
            measured: { n: 1, p50: perSecond, p99: Number.NaN },
          },
          {
            what: 'the same member writes as fast as it can → the hub refuses its writes',
            unit: 's',
            better: 'lower',
            measured: { n: 1, p50: refusedMs / 1_000, p99: Number.NaN },
          },
          compared(
            `export created → endpoint, while the hub refuses a member that goes on at full speed (${hammered} writes of 32 KiB were taken before)`,
            times.refused.pair,
            times.quiet.pair,
            'while it is quiet',
          ),
          compared(
            'write on the hub → its event at a client that only watches, meanwhile',
            times.refused.floor,
            times.quiet.floor,
            'while it is quiet',
          ),
        ],
      };
    } finally {
      ending.abort();
      await fleet.stop();
    }
  },
};
