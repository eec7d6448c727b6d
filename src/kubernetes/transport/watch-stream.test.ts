import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { watchStream } from './watch-stream.ts';

const collect = async (values: AsyncIterable<unknown>): Promise<unknown[]> => {
  const seen: unknown[] = [];
  for await (const value of values) seen.push(value);
  return seen;
};

it('finds the values however the bytes are cut (property)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
      fc.array(fc.nat(40), { maxLength: 20 }),
      async (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
        const stream = new PassThrough();
        let at = 0;
        for (const size of cuts) {
          if (size > 0 && at < bytes.length) stream.write(bytes.subarray(at, at + size));
          at += size;
        }
        stream.end(bytes.subarray(Math.min(at, bytes.length)));
        expect(await collect(watchStream(stream, 1_000, handClock()))).toEqual(texts.map((text) => ({ text })));
      },
    ),
  );
});

it('ends quietly when the connection is lost, and drops the half line', async () => {
  const stream = new PassThrough();
  stream.write('{"a":1}\n{"b":');
  const values = watchStream(stream, 1_000, handClock());
  expect((await values.next()).value).toEqual({ a: 1 });
  const rest = values.next();
  stream.destroy(new Error('ECONNRESET'));
  expect((await rest).done).toBe(true);
});

it('counts silence from the last byte', async () => {
  const clock = handClock();
  const stream = new PassThrough();
  const values = collect(watchStream(stream, 1_000, clock));
  await clock.pass(900);
  stream.write('{"a":1}\n');
  await clock.pass(900);
  expect(stream.destroyed).toBe(false);
  await clock.pass(100);
  expect(stream.destroyed).toBe(true);
  expect(await values).toEqual([{ a: 1 }]);
  expect(clock.pending).toBe(0);
});

it('says what is wrong with a line that is not JSON, and hangs up', async () => {
  const stream = new PassThrough();
  stream.write('<html>\n');
  await expect(collect(watchStream(stream, 1_000, handClock()))).rejects.toMatchObject({ code: 'Unexpected' });
  expect(stream.destroyed).toBe(true);
});

it('hangs up when nobody listens any longer', async () => {
  const clock = handClock();
  const stream = new PassThrough();
  stream.write('{"a":1}\n{"b":2}\n');
  for await (const value of watchStream(stream, 1_000, clock)) {
    expect(value).toEqual({ a: 1 });
    break;
  }
  expect(stream.destroyed).toBe(true);
  expect(clock.pending).toBe(0);
});
