import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NoticeSpec } from '../../../api/notice/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import { emptyLedger, type Ledger } from '../../../exchange/ledger/ledger.ts';
import type { NoticePage } from '../../../exchange/notice/notice-page.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import type { Node } from '../../../values/builtin/node.ts';
import { Failure } from '../../../values/failure.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import type { AskAgent } from './ask-agent.ts';
import { readPeers } from './peer-board.ts';

interface Question {
  readonly agent: string;
  readonly cluster: string;
  readonly after: number;
  readonly waitMs: number;
  readonly answer: (page: NoticePage) => void;
  readonly fail: () => void;
}

let clock: HandClock;
let staleSince: number | undefined;
let clusters: string[];
let nodes: string[];
let suspects: string[];
let open: Question[];
let asked: Question[];
let received: NoticeSpec[];
let end: AbortController;
let reading: Promise<void>;

const notice = (cluster: string, subject: string): NoticeSpec => ({ cluster, kind: 'Node', subject, statement: '{}', signature: 's' });
const page = (next: number, ...notices: NoticeSpec[]): NoticePage => ({ next, more: false, notices });
const ledgerOf = (names: readonly string[]): Ledger => ({ ...emptyLedger, clusters: new Map(names.map((name) => [name, {} as never])) });

const ask: AskAgent = (agent, { cluster, after, waitMs }, signal) =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      open = open.filter((one) => one !== question);
    };
    const question: Question = {
      agent,
      cluster,
      after,
      waitMs,
      answer: (given) => {
        done();
        resolve(given);
      },
      fail: () => {
        done();
        reject(new Failure('Unavailable', 'no'));
      },
    };
    open.push(question);
    asked.push(question);
    signal.addEventListener('abort', question.fail, { once: true });
  });

/** The open question about a cluster. */
const about = (cluster: string): Question => {
  const found = open.find((one) => one.cluster === cluster);
  if (found === undefined) throw new Error(`nobody asks about ${cluster}`);
  return found;
};
const answer = async (cluster: string, given: NoticePage): Promise<void> => {
  about(cluster).answer(given);
  await clock.pass(60);
};

beforeEach(() => {
  clock = handClock();
  staleSince = undefined;
  clusters = ['west', 'east'];
  nodes = ['192.0.2.1', '192.0.2.2'];
  suspects = [];
  open = [];
  asked = [];
  received = [];
  end = new AbortController();
  const session = {
    slice: 'app',
    clock,
    hub: { cluster: 'west' },
    board: { staleSince: () => staleSince },
    ledger: () => ledgerOf(clusters),
    local: {
      log: quietLog,
      sliceNodes: { byIndex: () => nodes.map((node) => ({ spec: { node } }) as SliceNode) },
      nodes: { get: (node: string) => ({ status: { addresses: [{ type: 'InternalIP', address: node }] } }) as unknown as Node },
    },
  };
  reading = readPeers(
    session,
    { ask, random: () => 0, suspects: () => suspects, positions: new Map() },
    (spec) => received.push(spec),
    end.signal,
  );
});

afterEach(async () => {
  end.abort();
  await clock.pass(0);
  await reading;
});

const lose = async (): Promise<void> => {
  staleSince = clock.now();
  await clock.pass(2_500);
};

describe('a worker', () => {
  it('asks nobody while the hub answers, nor when it is away for a moment', async () => {
    await clock.pass(60_000);
    staleSince = clock.now();
    await clock.pass(1_900);
    staleSince = undefined;
    await clock.pass(60_000);
    expect(asked).toEqual([]);
  });

  it('reads the other clusters when the hub is away, and only those', async () => {
    await lose();
    expect(open.map(({ cluster, after, waitMs }) => [cluster, after, waitMs])).toEqual([['east', 0, 0]]);
    await answer('east', page(7, notice('east', 'n1')));
    expect(received).toEqual([notice('east', 'n1')]);
    expect(about('east')).toMatchObject({ after: 7, waitMs: 5_000 });
  });

  it('stops when the hub is back, and goes on from where it was at the next loss', async () => {
    await lose();
    await answer('east', page(7, notice('east', 'n1')));
    staleSince = undefined;
    // The others may find the hub later than this cluster.
    await clock.pass(14_500);
    expect(open).toHaveLength(1);
    await clock.pass(800);
    expect(open).toEqual([]);
    await clock.pass(60_000);
    expect(open).toEqual([]);
    await lose();
    expect(about('east').after).toBe(7);
  });

  it('goes on with the agent that answered, and with another when that fails', async () => {
    await lose();
    expect(about('east').agent).toBe('192.0.2.1');
    about('east').fail();
    await clock.pass(0);
    expect(about('east')).toMatchObject({ agent: '192.0.2.2', waitMs: 0 });
    await answer('east', page(1, notice('east', 'n1')));
    expect(about('east')).toMatchObject({ agent: '192.0.2.2', waitMs: 5_000 });
  });

  it('takes an agent that does not answer for dead', async () => {
    await lose();
    await clock.pass(2_100);
    expect(about('east').agent).toBe('192.0.2.2');
  });

  it('asks ever more rarely when nobody answers, and never gives up', async () => {
    nodes = ['192.0.2.1'];
    await lose();
    const counts: number[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      const before = asked.length;
      for (let step = 0; step < 600; step += 1) {
        for (const question of open) question.fail();
        await clock.pass(100);
      }
      counts.push(asked.length - before);
    }
    expect(counts[0]).toBeLessThan(20);
    expect(counts[2]).toBeGreaterThan(4);
    expect(counts[2]).toBeLessThan(10);
  });

  it('is not made to hurry by one who answers nothing at once', async () => {
    await lose();
    await answer('east', page(1, notice('east', 'n1')));
    const before = asked.length;
    for (let step = 0; step < 600; step += 1) {
      for (const question of open) question.answer(page(1));
      await clock.pass(100);
    }
    expect(asked.length - before).toBeLessThan(30);
  });

  it('asks sixteen at once, and each of many about once a second', async () => {
    clusters = ['west', ...Array.from({ length: 64 }, (_, index) => `c${index}`)];
    staleSince = clock.now();
    await clock.pass(2_000);
    let most = 0;
    for (let step = 0; step < 200; step += 1) {
      most = Math.max(most, open.length);
      for (const question of open) question.answer(page(1));
      await clock.pass(50);
    }
    expect(most).toBe(16);
    const perCluster = Map.groupBy(asked, ({ cluster }) => cluster);
    expect(perCluster.size).toBe(64);
    for (const questions of perCluster.values()) expect(questions.length).toBeGreaterThan(10);
  });

  it('reads a cluster that it comes to know meanwhile, and no longer one that is gone', async () => {
    await lose();
    clusters = ['west', 'north'];
    await clock.pass(300);
    expect(open.map(({ cluster }) => cluster)).toEqual(['north']);
  });
});
