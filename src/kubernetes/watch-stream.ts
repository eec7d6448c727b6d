import type { Readable } from 'node:stream';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';

/** Longer lines than this are no Kubernetes object (etcd takes 1.5 MiB), but a server gone wrong. */
const longestLine = 64 * 1024 * 1024;

/**
 * The JSON values of a newline-delimited stream, in order.
 *
 * Ends when the server ends it, when the connection is lost, or when nothing came for `idleMs`: for a watch all three mean the same,
 * ask again from the last version seen. Throws the `Failure` with which the stream was destroyed here, if it was. Stopping the iteration closes the connection.
 */
export async function* watchStream(stream: Readable, idleMs: number, clock: Clock): AsyncGenerator<unknown, void, undefined> {
  let pending: Buffer[] = [];
  let length = 0;
  const idle = (): (() => void) => clock.after(idleMs, () => stream.destroy());
  let cancelIdle = idle();
  const iterator = stream.iterator({ destroyOnReturn: true });
  try {
    for (;;) {
      // Only a loss of the connection ends here: errors of whoever consumes the values are thrown at the yield below.
      const next = await iterator.next().catch((error: unknown) => {
        // Somebody here ended the stream and says why.
        if (Failure.is(error)) throw error;
        return undefined;
      });
      if (next === undefined || next.done === true) return;
      cancelIdle();
      let chunk = next.value as Buffer;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
        const line = Buffer.concat([...pending, chunk.subarray(0, end)]);
        pending = [];
        length = 0;
        chunk = chunk.subarray(end + 1);
        if (line.length > 0) yield parse(line);
      }
      if (chunk.length > 0) pending.push(chunk);
      length += chunk.length;
      if (length > longestLine) throw new Failure('Unexpected', `A watch sent a line of more than ${longestLine} bytes.`);
      cancelIdle = idle();
    }
  } finally {
    cancelIdle();
    stream.destroy();
  }
}

const parse = (line: Buffer): unknown => {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new Failure('Unexpected', 'A watch sent a line that is not JSON.', { cause });
  }
};
