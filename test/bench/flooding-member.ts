import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { membershipKind } from '../../src/api/kinds.ts';
import { workerAccount } from '../../src/api/places.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { type EndpointSlice, endpointSliceKind } from '../../src/kubernetes/kinds.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import { authorityFilesOf, type Member } from '../clusters/member.ts';
import { ensure, until } from '../e2e/until.ts';
import { distribution } from './figure.ts';
import { follow } from './follow.ts';
import type { LoneItem } from './item.ts';
import { putExport, putPod, removeExport, startSimulatedFleet } from './simulated-fleet.ts';

const hostile = 'mallory';
/** Rounds of quiet and flood in turns, and exports in each: fewer than 1,000 in all, which is what a cluster may have. */
const turns = 8;
const exportsInTurn = 50;

/** The member that floods, a process of its own: what it costs itself does not count. */
const startFlooder = async (settings: object, signal: AbortSignal) => {
  const script = join(import.meta.dirname, 'flooder.ts');
  const child = spawn('nice', ['-n', '10', process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  child.on('error', () => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (what: string): Promise<number> => {
    child.stdin.write(`${what}\n`);
    const { value } = await lines.next();
    return Number(value);
  };
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  return {
    /** Writes everything that it may have; how many notices that are. */
    fill: () => ask('fill'),
    /** Writes as fast as it may. */
    begin: () => ask('begin'),
    /** Writes as fast as it can. */
    hammer: () => ask('hammer'),
    /** How many milliseconds after that the hub refused; -1 while it has not. */
    refused: () => ask('refused'),
    /** Ends the flood; how many writes the hub took since it began. */
    end: () => ask('end'),
    stop: async (): Promise<void> => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
};

/**
 * What a member costs the others that has filled its budgets and writes as fast as it may: from an export in one cluster to its endpoint in another, beside
 * the same in turns while it is quiet. Its statements are valid, so the others take them in. Then it writes as fast as it can, until the hub takes its
 * right away, and goes on to ask.
 */
export const floodingMember: LoneItem = {
  name: 'flooding-member',
  title: 'A member at all its limits',
  needsNoPlayground: true,
  limitMinutes: 30,
  measure: async ({ quick, signal, report }) => {
    const authority = await authorityFilesOf(hostile);
    const guests = new Map([[hostile, authority.certificate]]);
    const fleet = await startSimulatedFleet({ clusters: ['east', 'west'], nodes: 2, guests }, signal);
    const ending = new AbortController();
    const local = AbortSignal.any([signal, ending.signal]);
    try {
      await fleet.settled(signal);
      const [east, west] = fleet.members as [Member, Member];
      putPod(east, 'web', true);
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
      const flooder = await startFlooder(
        {
          server,
          ca,
          token,
          authority,
          membership: membership.spec,
          ...(process.env.PERSEC ? { perSecond: Number(process.env.PERSEC) } : {}),
        },
        local,
      );
      const notices = await flooder.fill();
      report(`${hostile} has ${notices} notices`);

      const client = createClient(west.api.connection, { fieldManager: 'bench' });
      const seen = await follow<EndpointSlice>({ client, kind: endpointSliceKind, namespace: 'app-ns' }, local);
      const has = (name: string) => (all: readonly EndpointSlice[]) =>
        all.some(({ metadata, endpoints }) => metadata.name.includes(name) && (endpoints ?? []).length > 0);
      const times = { quiet: [] as number[], flood: [] as number[], refused: [] as number[] };
      let [count, writes, floodedMs] = [0, 0, 0];
      const round = async (into: number[]): Promise<void> => {
        for (let index = 0; index < (quick ? 5 : exportsInTurn); index += 1) {
          const name = `probe-${(count += 1)}-x`;
          const arrived = seen.when(`the endpoint of ${name}`, has(name));
          const begun = performance.now();
          putExport(east, name);
          into.push((await arrived) - begun);
          removeExport(east, name);
          await sleep(systemClock, 150, signal);
        }
      };
      // The others first take in what fills its budgets.
      await sleep(systemClock, quick ? 5_000 : 20_000, signal);
      await round([]);
      for (let turn = 0; turn < (quick ? 1 : turns); turn += 1) {
        await round(times.quiet);
        const begun = performance.now();
        await flooder.begin();
        await sleep(systemClock, 1_000, signal);
        await round(times.flood);
        writes += await flooder.end();
        floodedMs += performance.now() - begun;
        await sleep(systemClock, 3_000, signal);
      }
      await flooder.hammer();
      const { value: refusedMs } = await until(
        'the hub refuses what it writes',
        async () => {
          const ms = await flooder.refused();
          ensure(ms >= 0, 'it does not');
          return ms;
        },
        { withinMs: 120_000 },
      );
      report(`refused after ${(refusedMs / 1_000).toFixed(1)} s`);
      await sleep(systemClock, 5_000, signal);
      await round(times.refused);
      const hammered = await flooder.end();
      await flooder.stop();
      client.close();
      const quiet = distribution(times.quiet);
      const perSecond = writes / (floodedMs / 1_000);
      return {
        figures: [
          {
            what: "export created → endpoint in the other cluster's API server, while a third member is at all its limits",
            unit: 'ms',
            better: 'lower',
            measured: distribution(times.flood),
            baseline: { what: 'while it is quiet, in turns', measured: quiet },
            budget: [{ of: 'p99', limit: quiet.p99 * 1.1 }],
          },
          {
            what: `writes of that member that the hub took a second, of ${notices} notices of up to 32 KiB`,
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
          {
            what: `export created → endpoint, while the hub refuses a member that goes on at full speed (${hammered} writes were taken before)`,
            unit: 'ms',
            better: 'lower',
            measured: distribution(times.refused),
            baseline: { what: 'while it is quiet', measured: quiet },
          },
        ],
      };
    } finally {
      ending.abort();
      await fleet.stop();
    }
  },
};
