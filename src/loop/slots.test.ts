import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const { signal } = new AbortController();

it('runs so many at once, and the others in order', async () => {
  const slots = createSlots(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [1, 2, 3, 4].map((number) =>
    slots.run(async () => {
      begun.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    }, signal),
  );
  await expect.poll(() => begun).toEqual([1, 2]);
  ends[1]?.();
  await expect.poll(() => begun).toEqual([1, 2, 3]);
  ends[0]?.();
  await expect.poll(() => begun).toEqual([1, 2, 3, 4]);
  for (const end of ends) end();
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
});

it('gives the room of one that failed to the next, and none to one that was cancelled', async () => {
  const slots = createSlots(1);
  const cancelling = new AbortController();
  let fail = (): void => {};
  const first = slots.run(() => new Promise((_, reject) => (fail = () => reject(new Error('no')))), signal);
  const second = slots.run(async () => 2, cancelling.signal);
  const third = slots.run(async () => 3, signal);
  const refused = expect(second).rejects.toThrow('enough');
  cancelling.abort(new Error('enough'));
  await refused;
  fail();
  await expect(first).rejects.toThrow('no');
  expect(await third).toBe(3);
});
