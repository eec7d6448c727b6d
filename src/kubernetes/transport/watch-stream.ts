import type { Readable } from 'node:stream';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';

/** A longer line is not a Kubernetes object (etcd accepts 1.5 MiB) but a faulty server. */
const longestLine = 64 * 1024 * 1024;

/**
 * The JSON values of a newline-delimited stream, in order.
 *
 * It ends when the server ends it, when the connection is lost, or when nothing arrived for `idleMs`: for a watch all three mean the same, watch
 * again from the last version. Throws the `Failure` with which this program destroyed the stream, if it did. Stopping the iteration closes the
 * connection.
 */
export async function* watchStream(stream: Readable, idleMs: number, clock: Clock): AsyncGenerator<unknown, void, undefined> {
  let pending: Buffer[] = [];
  let length = 0;
  const idle = (): (() => void) => clock.after(idleMs, () => stream.destroy());
  let cancelIdle = idle();
  const iterator = stream.iterator({ destroyOnReturn: true });
  try {
    for (;;) {
      // Only a lost connection is handled here: errors of the consumer are thrown at the yield below.
      const next = await iterator.next().catch((error: unknown) => {
        // This program ended the stream with a reason.
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
