import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('gives back a turn that is not needed any more', () => {
  const turns = createTurns({ burst: 1, perSecond: 1 });
  expect(turns.take('a', 0)).toBe(0);
  for (let key = 0; key < 1_000; key += 1) {
    expect(turns.take(`flood-${key}`, 0)).toBe(1_000);
    turns.forget(`flood-${key}`);
  }
  turns.forget('unknown');
  expect(turns.take('b', 0)).toBe(1_000);
  expect(turns.take('c', 0)).toBe(2_000);
});
