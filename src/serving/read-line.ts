import type { Readable } from 'node:stream';
import { Failure } from '../values/failure.ts';

/**
 * The next line of a stream, without its end; what follows it stays on the stream.
 *
 * @throws Failure Unavailable when the line is longer than `most` bytes, or the stream ends before.
 */
export const readLine = (stream: Readable, most: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let read = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      stream.off('readable', observe).off('end', gone).off('close', gone);
      settle();
    };
    const gone = (): void => end(() => reject(new Failure('Unavailable', 'the other end closed the connection')));
    const observe = (): void => {
      for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) {
        read = Buffer.concat([read, chunk]);
        const newline = read.indexOf('\n');
        if (newline >= 0 && newline <= most) {
          const rest = read.subarray(newline + 1);
          end(() => resolve(read.toString('utf8', 0, newline)));
          if (rest.length > 0) stream.unshift(rest);
          return;
        }
        if (read.length > most)
          return end(() => reject(new Failure('Unavailable', `the other end sent a line of more than ${most} bytes`)));
      }
    };
    stream.on('readable', observe).on('end', gone).on('close', gone);
    observe();
  });
