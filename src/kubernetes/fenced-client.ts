import { Failure } from '../values/failure.ts';
import type { Client } from './port.ts';

/** Calls that change something. */
const writes: ReadonlySet<PropertyKey> = new Set<keyof Client>([
  'create',
  'update',
  'mergePatch',
  'apply',
  'delete',
  'deleteAll',
  'createSubresource',
]);

/**
 * A client that sends no write while `mayWrite` says no. A process that was stopped or stalled for longer than its lease goes on where it was, before
 * any timer has told it that another leads by now: what it was about to write must not meet what the other has written.
 *
 * @throws Failure Unavailable instead of sending a write.
 */
export const fencedClient = (client: Client, mayWrite: () => boolean): Client =>
  new Proxy(client, {
    get: (target, key) => {
      const call: unknown = Reflect.get(target, key);
      if (!writes.has(key) || typeof call !== 'function') return call;
      return (...args: unknown[]): unknown => {
        if (mayWrite()) return call.apply(target, args);
        return Promise.reject(
          new Failure(
            'Unavailable',
            'This instance has not renewed its lease in time, so another one may lead by now; it writes nothing until it has.',
          ),
        );
      };
    },
  });
