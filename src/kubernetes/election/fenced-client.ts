import { Failure } from '../../values/failure.ts';
import type { Client } from '../port.ts';

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
 * A client that sends no write while `mayWrite` returns false. A process that was suspended for longer than its lease continues before any timer
 * aborts its work. Another instance may lead by then, and the two must not both write.
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
            'This instance did not renew its lease in time, so another one may lead now; it writes nothing until it has renewed it.',
          ),
        );
      };
    },
  });
