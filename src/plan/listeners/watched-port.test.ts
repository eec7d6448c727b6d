import { describe, expect, it } from 'vitest';
import { listenerLimits } from './question.ts';
import {
  type AskedPort,
  afterAnswer,
  dueQuestion,
  listenerPace,
  newPort,
  nextQuestionMs,
  type PortState,
  pausesAfter,
  unwatchable,
  withoutAnswer,
} from './watched-port.ts';

const { firstMs, confirmMs, wrongMs, restMs, forgetMs } = listenerPace;
type Step = readonly [at: number, answer: 'listens' | 'closed' | 'none'];

/** A port after a history: its state, since when, and in how long it is asked about again. */
const after = (...steps: readonly Step[]) => {
  let port = newPort(0);
  for (const [at, answer] of steps)
    port = answer === 'none' ? withoutAnswer(port, at) : afterAnswer(port, answer === 'closed', at, { restMs, wrongMs });
  const [last = 0] = steps.at(-1) ?? [];
  return [port.state, port.since, port.dueAt - last];
};

describe('a watched port', () => {
  it.each<[string, readonly Step[], ReturnType<typeof after>]>([
    ['is asked about soon when it is new', [], ['new', 0, firstMs]],
    ['is asked about now and then while somebody listens', [[1_000, 'listens']], ['listening', 1_000, restMs]],
    ['is suspect at first', [[1_000, 'closed']], ['suspect', 1_000, confirmMs]],
    [
      'stays so when it is asked about earlier than meant',
      [
        [1_000, 'closed'],
        [2_000, 'closed'],
      ],
      ['suspect', 1_000, 2_000],
    ],
    [
      'is closed when it still has nobody',
      [
        [1_000, 'closed'],
        [4_000, 'closed'],
      ],
      ['closed', 4_000, wrongMs],
    ],
    [
      'is well as soon as somebody listens',
      [
        [1_000, 'closed'],
        [4_000, 'closed'],
        [9_000, 'listens'],
      ],
      ['listening', 9_000, restMs],
    ],
    [
      'may lose its listener',
      [
        [1_000, 'listens'],
        [61_000, 'closed'],
        [64_000, 'closed'],
        [69_000, 'closed'],
      ],
      ['closed', 64_000, wrongMs],
    ],
    ['is unknown when its node does not answer', [[1_000, 'none']], ['unknown', 1_000, wrongMs]],
    [
      'is asked about less and less meanwhile',
      [
        [1_000, 'none'],
        [6_000, 'none'],
        [16_000, 'none'],
        [36_000, 'none'],
        [76_000, 'none'],
        [136_000, 'none'],
      ],
      ['unknown', 1_000, restMs],
    ],
    [
      'keeps its verdict while one question fails',
      [
        [1_000, 'closed'],
        [4_000, 'closed'],
        [9_000, 'none'],
      ],
      ['closed', 4_000, wrongMs],
    ],
    [
      'loses its verdict when the node stays away',
      [
        [1_000, 'closed'],
        [4_000, 'closed'],
        [4_000 + forgetMs, 'none'],
      ],
      ['unknown', 4_000 + forgetMs, wrongMs],
    ],
  ])('%s', (_, steps, expected) => {
    expect(after(...steps)).toEqual(expected);
  });
});

describe('the pauses after an answer', () => {
  it.each([
    [0, 0, 54_000, 5_000],
    [1, 0.5, 60_000, 5_000],
    [20, 1, 66_000, 5_000],
    [64, 0.5, 60_000, 16_000],
  ])('with %i closed ports', (closed, random, rest, wrong) => {
    expect(pausesAfter(closed, () => random)).toEqual({ restMs: rest, wrongMs: wrong });
  });
});

const port = (index: number, dueAt: number, state: PortState = 'listening', number = 80): AskedPort => ({
  address: `10.0.0.${index}`,
  port: number,
  watched: { ...newPort(0), state, dueAt },
});

describe('a question', () => {
  it('asks nothing while nothing is due', () => {
    expect(dueQuestion([port(1, 500), port(2, 11_000)], 499)).toEqual([]);
    expect(dueQuestion([{ ...port(1, 0), watched: unwatchable }], 1e9)).toEqual([]);
  });

  it('takes along what rests and is due soon, and nobody who waits for a confirmation', () => {
    expect(dueQuestion([port(1, 500), port(1, 9_000, 'listening', 81), port(2, 1_000, 'suspect'), port(3, 20_000)], 500)).toEqual([
      { address: '10.0.0.1', ports: [80, 81] },
    ]);
  });

  it('has bounds, and leaves what waits longest for the last to nobody', () => {
    const many = Array.from({ length: 100 }, (_, index) => port(index, 100 - index));
    const asked = dueQuestion(many, 100);
    expect(asked).toHaveLength(listenerLimits.pods);
    expect(asked[0]?.address).toBe('10.0.0.99');
    const ports = Array.from({ length: 300 }, (_, index) => port(1, 0, 'new', index + 1));
    expect(dueQuestion(ports, 0)[0]?.ports).toHaveLength(listenerLimits.ports);
  });

  it('follows when the first port is due, and not at once', () => {
    expect(nextQuestionMs([port(1, 7_000), port(2, 5_000)], 1_000)).toBe(4_000);
    expect(nextQuestionMs([port(1, 900)], 1_000)).toBe(listenerPace.gapMs);
    expect(nextQuestionMs([], 0)).toBeUndefined();
    expect(nextQuestionMs([{ ...port(1, 0), watched: unwatchable }], 0)).toBeUndefined();
  });
});
