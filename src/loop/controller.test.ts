import { describe, expect, it } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { quietLog } from '../telemetry/quiet-log.ts';
import { Failure } from '../values/failure.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { type Controller, type ControllerOptions, createController } from './controller.ts';
import type { Source } from './source.ts';
import { watching } from './watching.ts';

type Change = { readonly key: string; readonly initial?: boolean };

/** A source that a test speaks through. */
const loudspeaker = (): Source<Change> & { say(change: Change): void; readonly listeners: number } => {
  const handlers = new Set<(change: Change) => void>();
  return {
    subscribe: (handler) => {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    say: (change) => {
      for (const handler of handlers) handler(change);
    },
    get listeners() {
      return handlers.size;
    },
  };
};

const setUp = (options: Partial<ControllerOptions> = {}) => {
  const clock = handClock();
  const source = loudspeaker();
  const runs: string[] = [];
  const lines: string[] = [];
  const line = (message: string, fields: object = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { ...quietLog, warn: line, error: line, with: () => log };
  const controller: Controller = createController({
    name: 'test',
    watches: [watching(source, ({ key }) => [key])],
    reconcile: async (key) => void runs.push(key),
    clock,
    random: () => 0,
    log,
    ...options,
  });
  const stop = new AbortController();
  const running = controller.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, source, runs, lines, controller, stop, running, end };
};

/** A reconcile that fails as told: one entry for each run; after that all is well. */
const failing =
  (runs: string[], ...errors: (Error | undefined)[]) =>
  async (key: string): Promise<void> => {
    runs.push(key);
    const error = errors[runs.length - 1];
    if (error !== undefined) throw error;
  };

describe('controller', () => {
  it('runs for what changed, and stops listening when stopped', async () => {
    const { source, runs, clock, end } = setUp();
    source.say({ key: 'a' });
    source.say({ key: 'b' });
    await clock.pass(0);
    expect(runs).toEqual(['a', 'b']);
    expect(source.listeners).toBe(1);
    await end();
    expect(source.listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('lets new changes pass what merely has to be looked at again', async () => {
    let open: () => void = () => {};
    const runs: string[] = [];
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { source, clock, end } = setUp({
      reconcile: async (key) => {
        runs.push(key);
        if (key === 'first') await gate;
      },
    });
    source.say({ key: 'first' });
    await clock.pass(0);
    source.say({ key: 'old', initial: true });
    source.say({ key: 'new' });
    open();
    await clock.pass(0);
    expect(runs).toEqual(['first', 'new', 'old']);
    await end();
  });

  it('never runs twice at a time for one key, but together for several', async () => {
    let now = 0;
    let most = 0;
    const perKey = new Map<string, number>();
    const { source, clock, end } = setUp({
      concurrency: 3,
      reconcile: async (key) => {
        now += 1;
        most = Math.max(most, now);
        perKey.set(key, (perKey.get(key) ?? 0) + 1);
        expect(perKey.get(key)).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        perKey.set(key, (perKey.get(key) ?? 0) - 1);
        now -= 1;
      },
    });
    for (let round = 0; round < 20; round += 1) {
      for (const key of ['a', 'b', 'c', 'd']) source.say({ key });
      await clock.pass(0);
    }
    expect(most).toBe(3);
    await end();
  });

  it.each([
    ['later', new Failure('Unavailable', 'no server'), [200, 400, 800]],
    ['an error that is no Failure', new Error('bug'), [200, 400, 800]],
    ['conflict', new Failure('Conflict', 'changed'), [20, 40, 80]],
  ] as const)('retries with growing waits: %s', async (_, error, waits) => {
    const runs: string[] = [];
    const { source, clock, end } = setUp({ reconcile: failing(runs, error, error, error) });
    source.say({ key: 'a' });
    await clock.pass(0);
    for (const [index, wait] of waits.entries()) {
      await clock.pass(wait - 1);
      expect(runs).toHaveLength(index + 1);
      await clock.pass(1);
      expect(runs).toHaveLength(index + 2);
    }
    await clock.pass(60_000);
    expect(runs).toHaveLength(4);
    await end();
  });

  it('retries what cannot succeed only when it changes, or after ten minutes', async () => {
    const runs: string[] = [];
    const refused = new Failure('InvalidInput', 'bad subnet');
    const { source, clock, lines, end } = setUp({ reconcile: failing(runs, refused, refused) });
    source.say({ key: 'a' });
    await clock.pass(599_999);
    expect(runs).toEqual(['a']);
    expect(lines).toEqual([expect.stringContaining('reconcile refused')]);
    source.say({ key: 'a' });
    await clock.pass(0);
    expect(runs).toEqual(['a', 'a']);
    await clock.pass(600_000);
    expect(runs).toEqual(['a', 'a', 'a']);
    await end();
  });

  it('counts failures in a row only', async () => {
    const runs: string[] = [];
    const broken = new Failure('Unavailable', 'no server');
    const { source, clock, end } = setUp({ reconcile: failing(runs, broken, undefined, broken) });
    source.say({ key: 'a' });
    await clock.pass(200);
    source.say({ key: 'a' });
    await clock.pass(0);
    expect(runs).toHaveLength(3);
    await clock.pass(200);
    expect(runs).toHaveLength(4);
    await end();
  });

  it('retries at once when asked to', async () => {
    const runs: string[] = [];
    const broken = new Failure('Unavailable', 'no server');
    const { source, clock, controller, end } = setUp({ reconcile: failing(runs, broken, broken) });
    source.say({ key: 'a' });
    await clock.pass(200);
    expect(runs).toHaveLength(2);
    controller.retryAll();
    await clock.pass(0);
    expect(runs).toHaveLength(3);
    await end();
  });

  it('tells of failures 1, 2, 4, 8 … only', async () => {
    const { source, clock, lines, end } = setUp({ reconcile: () => Promise.reject(new Failure('Unavailable', 'no server')) });
    source.say({ key: 'a' });
    for (let second = 0; second < 300; second += 1) await clock.pass(1_000);
    expect(lines.map((line) => /"failures":(\d+)/.exec(line)?.[1])).toEqual(['1', '2', '4', '8', '16']);
    await end();
  });

  it('runs again when the run asks for it, sooner if something changes', async () => {
    const runs: string[] = [];
    const { source, clock, end } = setUp({
      reconcile: async (key) => {
        runs.push(key);
        return runs.length < 3 ? { againMs: 1_000 } : undefined;
      },
    });
    source.say({ key: 'a' });
    await clock.pass(999);
    expect(runs).toHaveLength(1);
    source.say({ key: 'a' });
    await clock.pass(1);
    expect(runs).toHaveLength(2);
    await clock.pass(999);
    expect(runs).toHaveLength(3);
    await clock.pass(60_000);
    expect(runs).toHaveLength(3);
    await end();
  });

  it('cancels a run that takes too long, and tries it again', async () => {
    const runs: string[] = [];
    const { source, clock, lines, end } = setUp({
      deadlineMs: 5_000,
      reconcile: (key, signal) => {
        runs.push(key);
        if (runs.length > 1) return Promise.resolve();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Failure('Interrupted', 'cancelled'))));
      },
    });
    source.say({ key: 'a' });
    await clock.pass(5_000);
    expect(lines).toEqual([expect.stringContaining('"code":"Timeout"')]);
    await clock.pass(200);
    expect(runs).toHaveLength(2);
    await end();
  });

  it('waits at the end for the runs in flight, which are told to stop', async () => {
    let stopped = false;
    const { source, clock, lines, end } = setUp({
      reconcile: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () =>
            setImmediate(() => {
              stopped = true;
              reject(new Failure('Interrupted', 'cancelled'));
            }),
          );
        }),
    });
    source.say({ key: 'a' });
    await clock.pass(0);
    await end();
    expect(stopped).toBe(true);
    expect(lines).toEqual([]);
  });

  it('survives a change that cannot be turned into keys', async () => {
    const source = loudspeaker();
    const runs: string[] = [];
    const keysFor = ({ key }: Change): string[] => {
      if (key === 'bad') throw new Error('no key');
      return [key];
    };
    const { clock, lines, end } = setUp({ watches: [watching(source, keysFor)], reconcile: async (key) => void runs.push(key) });
    source.say({ key: 'bad' });
    source.say({ key: 'good' });
    await clock.pass(0);
    expect(runs).toEqual(['good']);
    expect(lines).toEqual([expect.stringContaining('a change could not be turned into keys')]);
    await end();
  });

  it('looks at everything again from time to time', async () => {
    const { runs, clock, end } = setUp({ resync: { everyMs: 60_000, keys: () => ['a', 'b'] } });
    await clock.pass(59_999);
    expect(runs).toEqual([]);
    await clock.pass(60_001);
    expect(runs).toEqual(['a', 'b', 'a', 'b']);
    await end();
    expect(clock.pending).toBe(0);
  });

  it('measures', async () => {
    const metrics = createMetrics();
    const { source, clock, controller, end } = setUp({ metrics, reconcile: failing([], undefined, new Failure('Conflict', 'changed')) });
    expect(controller.isIdle()).toBe(true);
    source.say({ key: 'a' });
    expect(controller.isIdle()).toBe(false);
    await clock.pass(0);
    source.say({ key: 'a' });
    await clock.pass(0);
    const text = await metrics.text();
    expect(text).toContain('kubeslice_reconciles_total{controller="test",outcome="ok"} 1');
    expect(text).toContain('kubeslice_reconciles_total{controller="test",outcome="conflict"} 1');
    expect(text).toContain('kubeslice_reconcile_seconds_count{controller="test"} 2');
    expect(text).toContain('kubeslice_queue_wait_seconds_count{controller="test",priority="high"} 2');
    expect(text).toContain('kubeslice_queue_depth{controller="test",state="delayed"} 1');
    await end();
  });
});

describe('a resync whose keys cannot be listed', () => {
  it('is logged and made again later', async () => {
    let lists = 0;
    const keys = (): string[] => {
      lists += 1;
      if (lists === 1) throw new Error('not listed');
      return ['a'];
    };
    const { clock, runs, lines, end } = setUp({ resync: { everyMs: 1_000, keys } });
    await clock.pass(1_000);
    expect(lines).toHaveLength(1);
    expect(runs).toEqual([]);
    await clock.pass(1_000);
    expect(runs).toEqual(['a']);
    await end();
  });
});
