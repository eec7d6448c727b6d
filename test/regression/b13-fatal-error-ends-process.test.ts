import { expect, it } from 'vitest';
import { endProcess } from '../../src/programs/end-process.ts';

/*
 * B13: a fatal error after the health server ran set an exit code and nothing more; the process lived on, live and ready, and did nothing.
 */

it('ends the process, and not before what was printed has left it', () => {
  const waiting: (() => void)[] = [];
  const stream = { write: (_: unknown, done: () => void) => waiting.push(done) > 0 } as never;
  const codes: number[] = [];
  endProcess({ stdout: stream, stderr: stream, exit: (code) => codes.push(code) }, 1);
  expect(codes).toEqual([]);
  while (waiting.length > 0) waiting.shift()?.();
  expect(codes).toEqual([1]);
});
