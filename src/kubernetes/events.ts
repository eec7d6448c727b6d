import { createHash } from 'node:crypto';
import type { Log } from '../telemetry/log.ts';
import { quietLog } from '../telemetry/quiet-log.ts';
import { type Event, eventKind } from '../values/builtin/event.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject } from '../values/object.ts';
import type { Client } from './port.ts';

/** An event for the owner of an object. */
export type Notification = {
  readonly regarding: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  /** A CamelCase reason from the catalogue. */
  readonly reason: string;
  readonly message: string;
};

/** Reports events about objects, which `kubectl describe` shows. Best effort: nothing waits for an event or fails because of it. */
export type Events = {
  /** Never throws. The same notification again raises the count of the first, at most once in `repeatMs`. */
  emit(notification: Notification): void;
  /** Resolves when everything emitted so far was sent or dropped. */
  flush(): Promise<void>;
};

type Known = { readonly sentAt: number; readonly count: number; readonly firstTimestamp: string };

/** Notifications kept in order to count them; the oldest is dropped first. */
const mostKnown = 2_000;
/** Notifications that wait to be sent; more are dropped, so that many events do not become many requests. */
const mostWaiting = 200;

/** Emits events as `component` (the program) on `instance` (the pod), until the signal aborts. */
export const createEvents = (options: {
  readonly client: Pick<Client, 'create' | 'mergePatch'>;
  readonly component: string;
  readonly instance: string;
  readonly signal: AbortSignal;
  /** @default 60_000 */
  readonly repeatMs?: number;
  readonly log?: Log;
  readonly clock?: Clock;
}): Events => {
  const { client, component, instance, signal, repeatMs = 60_000, log = quietLog, clock = systemClock } = options;
  const known = new Map<string, Known>();
  let waiting = 0;
  let tail = Promise.resolve();

  const send = async (name: string, { regarding, type, reason, message }: Notification, seen: Known): Promise<void> => {
    const namespace = regarding.metadata.namespace ?? 'default';
    const lastTimestamp = new Date(clock.now()).toISOString();
    if (seen.count > 1) {
      try {
        await client.mergePatch(eventKind, { namespace, name }, { count: seen.count, lastTimestamp }, { signal });
        return;
      } catch (error) {
        // The server has dropped the first event; create it again.
        if (!Failure.is(error, 'NotFound')) throw error;
      }
    }
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, name },
      involvedObject: referenceTo(regarding),
      type,
      reason,
      message: message.slice(0, 1024),
      count: seen.count,
      firstTimestamp: seen.firstTimestamp,
      lastTimestamp,
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
    };
    await client.create(eventKind, event, { signal });
  };

  return {
    emit: (notification) => {
      const { regarding, type, reason, message } = notification;
      const now = clock.now();
      const name = `${regarding.metadata.name.slice(0, 200)}.${digest([instance, regarding.kind, regarding.metadata.uid, type, reason, message])}`;
      const before = known.get(name);
      const due = before === undefined || now - before.sentAt >= repeatMs;
      const seen: Known = {
        count: (before?.count ?? 0) + 1,
        firstTimestamp: before?.firstTimestamp ?? new Date(now).toISOString(),
        sentAt: due || before === undefined ? now : before.sentAt,
      };
      known.delete(name);
      known.set(name, seen);
      for (const oldest of known.keys()) {
        if (known.size <= mostKnown) break;
        known.delete(oldest);
      }
      if (!due || waiting >= mostWaiting || signal.aborted) return;
      waiting += 1;
      tail = tail
        .then(() => send(name, notification, seen))
        .catch((error: unknown) => {
          if (!signal.aborted && !Failure.is(error, 'AlreadyExists')) log.debug('an event could not be sent', { reason, error });
        })
        .finally(() => {
          waiting -= 1;
        });
    },
    flush: () => tail,
  };
};

const referenceTo = ({ apiVersion, kind, metadata }: KubernetesObject): Event['involvedObject'] => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
  ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
});

const digest = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
