import { describe, expect, it } from 'vitest';
import { slice } from '../fixtures/hub.ts';
import { endedKeptMs, planEnded } from './ended-membership.ts';
import { planMembership } from './membership.ts';

const ended = (at: string | undefined) => {
  const { spec, ...rest } = planMembership(slice('app'), 'blue', 'east', []);
  return { ...rest, spec: at === undefined ? spec : { ...spec, ended: at } };
};
const at = '2026-01-01T00:00:00Z';
const now = Date.parse(at);
const day = 86_400_000;

describe('an ended membership', () => {
  it.each([
    ['has not ended', undefined, now, undefined],
    ['ended now', at, now, { isOver: false, againMs: 10_000 }],
    ['ended a minute ago', at, now + 60_000, { isOver: false, againMs: endedKeptMs - 60_000 }],
    ['ended six days ago', at, now + 6 * day, { isOver: false, againMs: day }],
    ['ended seven days ago', at, now + 7 * day, { isOver: true, againMs: undefined }],
    ['ended at a time that is none', 'yesterday', now, { isOver: false, againMs: endedKeptMs - 60_000 }],
    ['ends tomorrow by a wrong clock', at, now - day, { isOver: false, againMs: 10_000 }],
  ])('that %s', (_, when, seenAt, step) => {
    expect(planEnded(ended(when), seenAt)).toEqual(step);
  });
});
