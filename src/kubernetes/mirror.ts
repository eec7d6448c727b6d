import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { quietLog } from '../telemetry/quiet-log.ts';
import { type Backoff, backoffDelay, type Random } from '../values/backoff.ts';
import { type Clock, sleep, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject, ObjectMeta } from '../values/object.ts';
import { objectKey } from '../values/object-key.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import type { Client, Selection } from './port.ts';
import { createStore, type IndexFunction } from './store.ts';

/** A change of an object, as a mirror reports it. An object that was deleted and created again under the same name is two changes. */
export type Change<T> = {
  readonly type: 'added' | 'updated' | 'deleted';
  readonly key: string;
  /** The current object; when deleted, its last state. */
  readonly object: T;
  /** The object before an update. */
  readonly previous?: T;
  /** The object existed at the start: in the first list, or before the handler subscribed. */
  readonly initial: boolean;
  /** A deletion that no event reported: a list lacked the object. It was deleted unseen, or the server was restored from an older copy. */
  readonly missed?: true;
};

/** What to mirror; everything but client and kind has a default. */
export type MirrorOptions<T extends KubernetesObject> = Selection & {
  readonly client: Pick<Client, 'server' | 'pages' | 'watch'>;
  readonly kind: ResourceKind<T>;
  /** For logs and metrics. @default the plural of the kind */
  readonly name?: string;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** `managedFields` are dropped to save memory, except those of this field manager, which `applyObject` needs to skip requests. */
  readonly keepManager?: string;
  /** Removes unused fields before the object is stored. Name, namespace, uid and resourceVersion stay, whatever it returns: the mirror itself needs them. */
  readonly trim?: (object: T) => T;
  /**
   * The server may lack the kind: its definition comes with another version, or was removed. Then the mirror is complete and empty, and follows the kind
   * as soon as the server has it. Without this option it waits, and keeps what it has. @default false
   */
  readonly mayBeMissing?: boolean;
  /** Called when contact with the server is lost, with the reason, and when it is restored. */
  readonly onContact?: (contact: 'lost' | 'found', why?: Failure) => void;
  readonly backoff?: Backoff;
  readonly log?: Log;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  readonly random?: Random;
};

/**
 * A copy of all objects of a kind (or a selection), kept current by list and watch. While the server is unreachable it returns the last known
 * objects, and reports since when. Do not modify its objects. Handlers are called in order, after the copy has changed; if one throws, the error is
 * logged and the others are called.
 */
export type Mirror<T> = {
  readonly kind: ResourceKind;
  /** Follows the server until the signal aborts; errors of the server are logged and retried without limit. Can run once. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves after the first complete list; `Interrupted` when the signal aborts before. */
  synced(signal: AbortSignal): Promise<void>;
  isSynced(): boolean;
  get(key: string): T | undefined;
  list(): readonly T[];
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
  /** Whether the server has the kind; true while nothing else is known. See `MirrorOptions.mayBeMissing`. */
  isServed(): boolean;
  /** Emits whether the server has the kind, at first what is known. */
  readonly serving: { subscribe(handler: (served: boolean) => void): () => void };
  /** When contact was lost, in milliseconds since 1970; `undefined` while there is contact. Before the first list: when `run` began. */
  staleSince(): number | undefined;
  subscribe(handler: (change: Change<T>) => void): () => void;
};

/** A watch that ends without an event after this long is normal. One that ends sooner counts as a failure, to avoid a hot loop. */
const shortestWatchMs = 1_000;
/** For how long a server must deny a kind until it counts as missing, in milliseconds: a server that starts may not have read its definitions yet. */
const missingAfterMs = 1_500;
const defaultBackoff: Backoff = { firstMs: 250, maxMs: 8_000 };

/** Creates a mirror; it does nothing before `run`. */
export const createMirror = <T extends KubernetesObject>(options: MirrorOptions<T>): Mirror<T> => {
  const { client, kind, indexes = {}, clock = systemClock, random = Math.random, metrics, backoff = defaultBackoff } = options;
  const { namespace, labelSelector, fieldSelector, onContact } = options;
  const selection: Selection = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  const { name = kind.metadataOnly === true ? `${kind.plural}-metadata` : kind.plural } = options;
  const log = (options.log ?? quietLog).with({ mirror: name, server: client.server });
  const store = createStore<T>(indexes);
  const handlers = new Set<(change: Change<T>) => void>();
  const { promise: firstList, resolve: markSynced } = Promise.withResolvers<void>();
  const servingHandlers = new Set<(served: boolean) => void>();
  let isSynced = false;
  let served: boolean | undefined;
  let deniedSince: number | undefined;
  let staleSince: number | undefined;
  let lastContact = 0;

  const notify = (handler: (change: Change<T>) => void, change: Change<T>): void => {
    try {
      handler(change);
    } catch (error) {
      log.error('a handler of changes failed', { object: change.key, type: change.type, error });
    }
  };

  const emit = (change: Change<T>): void => {
    metrics?.add('mirrorEvents', { mirror: name, type: change.type });
    for (const handler of handlers) notify(handler, change);
  };

  const stored = (object: T): T => {
    const slim = withoutManagedFields(object, options.keepManager);
    return options.trim === undefined ? slim : withIdentity(options.trim(slim), slim.metadata);
  };

  const put = (object: T, initial: boolean): void => {
    const key = objectKey(object.metadata);
    const previous = store.get(key);
    if (previous !== undefined && sameVersion(previous, object)) return;
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      remove(key, previous);
      store.set(object);
      emit({ type: 'added', key, object, initial });
    } else {
      store.set(object);
      emit(previous === undefined ? { type: 'added', key, object, initial } : { type: 'updated', key, object, previous, initial });
    }
  };

  const remove = (key: string, last: T, missed = false): void => {
    store.delete(key);
    emit({ type: 'deleted', key, object: last, initial: false, ...(missed ? { missed } : {}) });
  };

  const contact = (): void => {
    lastContact = clock.now();
    if (staleSince === undefined) return;
    staleSince = undefined;
    metrics?.set('mirrorStale', { mirror: name }, 0);
    onContact?.('found');
  };

  const lost = (error: unknown, failures: number): void => {
    const failure = Failure.from(error);
    metrics?.add('mirrorFailures', { mirror: name, code: failure.code });
    if ((failures & (failures - 1)) === 0)
      log.warn('a mirror cannot reach its server and returns the last known objects', { error: failure, failures });
    if (staleSince !== undefined) return;
    staleSince = lastContact;
    metrics?.set('mirrorStale', { mirror: name }, 1);
    onContact?.('lost', failure);
  };

  const markComplete = (): void => {
    if (isSynced) return;
    isSynced = true;
    markSynced();
  };

  const setServed = (now: boolean): void => {
    if (served === now) return;
    served = now;
    for (const handler of servingHandlers) handler(now);
  };

  /** The server has no such kind. */
  const denied = (): void => {
    contact();
    deniedSince ??= clock.monotonic();
    if (served === false || clock.monotonic() - deniedSince < missingAfterMs) return;
    log.warn('the server has no definition of this kind; without it there is none', {});
    for (const object of store.list()) remove(objectKey(object.metadata), object, true);
    metrics?.set('mirrorObjects', { mirror: name }, 0);
    markComplete();
    setServed(false);
  };

  /** Lists everything and makes the store equal to it; returns the version to watch from. */
  const list = async (signal: AbortSignal): Promise<string> => {
    metrics?.add('mirrorLists', { mirror: name });
    let version = '';
    const seen = new Map<string, T>();
    for await (const page of client.pages(kind, { ...selection, signal })) {
      version = page.resourceVersion;
      for (const object of page.items) seen.set(objectKey(object.metadata), stored(object));
    }
    for (const object of store.list()) {
      const key = objectKey(object.metadata);
      if (!seen.has(key)) remove(key, object, true);
    }
    for (const object of seen.values()) put(object, !isSynced);
    metrics?.set('mirrorObjects', { mirror: name }, store.size);
    deniedSince = undefined;
    markComplete();
    setServed(true);
    return version;
  };

  /** Follows one watch to its end; calls `progress` with each version up to which nothing was missed. */
  const follow = async (from: string, progress: (version: string) => void, signal: AbortSignal): Promise<void> => {
    const timeoutSeconds = Math.round(240 + 240 * random());
    for await (const event of client.watch(kind, { ...selection, resourceVersion: from, timeoutSeconds, onContact: contact, signal })) {
      contact();
      if (event.type === 'BOOKMARK') {
        progress(event.resourceVersion);
        continue;
      }
      const { object } = event;
      if (event.type === 'DELETED') {
        const key = objectKey(object.metadata);
        if (store.get(key)?.metadata.uid === object.metadata.uid) remove(key, stored(object));
      } else put(stored(object), false);
      metrics?.set('mirrorObjects', { mirror: name }, store.size);
      progress(object.metadata.resourceVersion ?? '');
    }
  };

  return {
    kind,
    run: async (signal) => {
      let version: string | undefined;
      let failures = 0;
      staleSince = clock.now();
      lastContact = staleSince;
      while (!signal.aborted) {
        const started = clock.monotonic();
        let progressed = false;
        try {
          if (version === undefined) {
            version = await list(signal);
            contact();
            progressed = true;
          }
          await follow(
            version,
            (next) => {
              version = next;
              progressed = true;
              failures = 0;
            },
            signal,
          );
          failures = progressed || clock.monotonic() - started >= shortestWatchMs ? 0 : failures + 1;
        } catch (error) {
          if (signal.aborted) return;
          failures += 1;
          // Contact is not lost: the server answered that our version is too old.
          if (Failure.is(error, 'Gone')) version = undefined;
          else if (options.mayBeMissing === true && Failure.is(error, 'NotFound')) {
            version = undefined;
            denied();
          } else lost(error, failures);
        }
        // The first list after "gone" is immediate: "gone" is not a failure.
        if (failures > (version === undefined ? 1 : 0)) await sleep(clock, backoffDelay(backoff, failures, random), signal).catch(() => {});
      }
    },
    synced: (signal) => untilAborted(firstList, signal, `Waiting for the ${name} of ${client.server} was cancelled.`),
    isSynced: () => isSynced,
    get: (key) => store.get(key),
    list: () => store.list(),
    byIndex: (index, value) => store.byIndex(index, value),
    get size() {
      return store.size;
    },
    isServed: () => served !== false,
    serving: {
      subscribe: (handler) => {
        if (served !== undefined) handler(served);
        servingHandlers.add(handler);
        return () => void servingHandlers.delete(handler);
      },
    },
    staleSince: () => staleSince,
    subscribe: (handler) => {
      for (const object of store.list()) notify(handler, { type: 'added', key: objectKey(object.metadata), object, initial: true });
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
  };
};

const sameVersion = (a: KubernetesObject, b: KubernetesObject): boolean =>
  a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;

/** The object with the fields that distinguish its versions: without them each update would equal the one before, and be lost. */
const withIdentity = <T extends KubernetesObject>(object: T, { name, namespace, uid, resourceVersion }: ObjectMeta): T => {
  const { metadata } = object;
  const isWhole =
    metadata.name === name && metadata.namespace === namespace && metadata.uid === uid && metadata.resourceVersion === resourceVersion;
  if (isWhole) return object;
  const identity = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return { ...object, metadata: { ...metadata, ...identity } };
};

const withoutManagedFields = <T extends KubernetesObject>(object: T, keep: string | undefined): T => {
  const { managedFields, ...metadata } = object.metadata;
  if (managedFields === undefined) return object;
  const kept = managedFields.filter(({ manager, operation }) => keep !== undefined && manager === keep && operation === 'Apply');
  return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, managedFields: kept } };
};

const untilAborted = async (promise: Promise<void>, signal: AbortSignal, message: string): Promise<void> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Failure('Interrupted', message, { cause: signal.reason }));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
