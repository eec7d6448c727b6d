import { scripts, sliceAddress, start } from './start.ts';
import { ensure, until } from './until.ts';
import { script } from './workloads.ts';
import type { World } from './world.ts';

/** What the near end of a measured path has counted since it started. */
export interface Counts {
  readonly sent: number;
  readonly answered: number;
  /** Datagrams, one each 10 ms, without an answer within a second. */
  readonly lost: number;
  /** TCP connections made: one, if none ever broke. */
  readonly connections: number;
  readonly lines: number;
  readonly missedLines: number;
  readonly longestSilenceMs: number;
}

const ns = 'app-ns';

/** Starts a path that is measured all the time: a datagram each 10 ms and one open TCP stream, from a pod in west to one in east. */
export const startPath = async (world: World): Promise<void> => {
  await start(world, 'east', ns, scripts(ns), script('echo', ns, 'echo.mjs'));
  const { value: target } = await until('the far end is attached', () => sliceAddress(world, 'east', ns, 'echo'), { withinMs: 15_000 });
  await start(world, 'west', ns, scripts(ns), script('pinger', ns, 'pinger.mjs', { TARGET: target }));
  await until('the path carries', async () => ensure((await countsOf(world)).lines > 10, 'no line yet'), { withinMs: 20_000 });
};

/** What has been counted until now. */
export const countsOf = async (world: World): Promise<Counts> => {
  const counts: Counts = JSON.parse(await world.exec('west', ns, 'pinger', ['curl', '-s', '-m', '2', 'http://127.0.0.1:7002/']));
  return counts;
};

/** The counts, once everything that was under way when this was called is decided: a second later, by the path's own clock. */
export const settledCounts = async (world: World): Promise<Counts> => {
  const { sent } = await countsOf(world);
  const { value } = await until(
    'a second of datagrams',
    async () => {
      const counts = await countsOf(world);
      ensure(counts.sent - sent >= 120, `${counts.sent - sent} of 120`);
      return counts;
    },
    { withinMs: 15_000 },
  );
  return value;
};
