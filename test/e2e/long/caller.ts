import { ensure, until } from '../until.ts';
import type { World } from '../world.ts';

/** What became of the calls of `fixtures/caller.mjs`; times are in milliseconds since 1970. */
export interface Calls {
  readonly calls: number;
  /** Not over yet. */
  readonly open: number;
  readonly answered: number;
  /** The address that was taken first did not answer. */
  readonly failed: number;
  /** No address of the answer did. */
  readonly lost: number;
  /** For how many milliseconds the caller itself stood still; that counts in no limit. */
  readonly stalledMs: number;
  /** Failed calls by what became of them. */
  readonly why: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly at: number; readonly what: string; readonly address?: string }[];
  /** Each other answer of the DNS, with the first and the last time at which it was given in a row. */
  readonly answers: readonly { readonly addresses: string; readonly since: number; readonly until: number }[];
}

const get = async (world: World, context: string, ns: string, path: string): Promise<Calls> => {
  const calls: Calls = JSON.parse(await world.exec(context, ns, 'caller', ['curl', '-s', '-m', '5', `http://127.0.0.1:7003${path}`]));
  return calls;
};

/** Begins to count anew. */
export const resetCalls = async (world: World, context: string, ns: string): Promise<void> =>
  void (await get(world, context, ns, '/reset'));

/** What was counted since, once every call that was open is over, and some more have been answered without a failure: `least` in half a second. */
export const settledCalls = async (world: World, context: string, ns: string, least = 100): Promise<Calls> => {
  let last = await get(world, context, ns, '/');
  const { value } = await until(
    'half a second of calls without a failure',
    async () => {
      const before = last;
      last = await get(world, context, ns, '/');
      ensure(last.failed === before.failed && last.answered - before.answered >= least, `${last.failed} failed of ${last.calls}`);
      return last;
    },
    { withinMs: 60_000, everyMs: 500 },
  );
  return value;
};

/** One line for people. */
export const sumOf = ({ calls, failed, lost, why, stalledMs }: Calls): string =>
  `${failed} of ${calls} calls failed (${Object.entries(why)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}), ${lost} also with every other address; the caller stood still for ${stalledMs} ms`;

/** For each address on which calls failed: how many, why, and when, in milliseconds after the time given. */
export const failuresByAddress = ({ failures }: Calls, from: number): string[] =>
  [...Map.groupBy(failures, ({ address, what }) => `${address ?? 'no address'} ${what}`)].map(([name, each]) => {
    const times = each.map(({ at }) => Math.round(at - from));
    return `${name}: ${each.length}, from ${Math.min(...times)} to ${Math.max(...times)} ms`;
  });
