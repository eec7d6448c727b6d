import { expect, it } from 'vitest';
import { answered, judge, newLink, probed } from './liveness.ts';
import { planProbes, probesPerTick } from './probe-schedule.ts';

it('asks whom it is time to ask, once', () => {
  const links = new Map([
    ['new', newLink(0)],
    ['rested', answered(newLink(0), 1, 0, 0)],
  ]);
  const tick = planProbes(links, 100, 100);
  expect(tick.ask).toEqual(['new']);
  expect(planProbes(new Map([...links, ...tick.changed]), 200, 100).ask).toEqual([]);
  expect(planProbes(links, 2_000, 100).ask).toEqual(['new', 'rested']);
});

it('asks first whose state is in question, and last who is Down, within its bound', () => {
  const doubtful = probed(answered(newLink(0), 1, 0, 0), 2_000);
  const down = [2_000, 2_500, 3_000].reduce(probed, answered(newLink(0), 1, 0, 0));
  const many = Array.from({ length: probesPerTick - 1 }, (_, index) => [`up-${index}`, answered(newLink(0), 1, 0, 0)] as const);
  const links = new Map([['down', { ...judge(down, 9_000), nextAt: 0 }], ...many, ['doubtful', doubtful]] as const);
  const { ask } = planProbes(links, 9_000, 100);
  expect(ask).toHaveLength(probesPerTick);
  expect(ask[0]).toBe('doubtful');
  expect(ask).not.toContain('down');
});

it('blames nobody for a time in which it was not called', () => {
  const waiting = new Map([['n', [2_000, 2_500, 3_000].reduce(probed, answered(newLink(0), 1, 0, 0))]]);
  expect(planProbes(waiting, 60_000, 100).changed.get('n')?.state).toBe('Down');
  expect(planProbes(waiting, 60_000, 56_000).changed.get('n')?.state).not.toBe('Down');
});
