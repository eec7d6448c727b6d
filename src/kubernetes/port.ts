import type { KubernetesObject } from '../values/object.ts';
import type { ObjectName } from '../values/object-key.ts';
import type { ResourceKind } from '../values/resource-kind.ts';

/** Parameters of every call: a signal that cancels it, and a deadline. */
export type Call = {
  readonly signal: AbortSignal;
  /** @default the client's own, 30 seconds */
  readonly timeoutMs?: number;
};

/** A call that changes something; with `dryRun` the server validates everything and stores nothing. */
export type Write = Call & { readonly dryRun?: boolean };

/** The selected objects of a kind; without a namespace, those of all namespaces. */
export type Selection = {
  readonly namespace?: string;
  /** Such as `app=web,tier!=cache`. */
  readonly labelSelector?: string;
  /** Such as `spec.nodeName=node-1`. */
  readonly fieldSelector?: string;
};

/** Objects and the version of the collection at which they were read. */
export type ObjectList<T> = { readonly items: readonly T[]; readonly resourceVersion: string };

/** An event of a watch. A bookmark only states that everything up to `resourceVersion` was sent. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** What happens to the objects that a deleted object owns. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/**
 * A Kubernetes API, one function for each verb.
 *
 * Objects are plain JSON and stay unchanged, including unknown fields. Every error is a `Failure`: NotFound, AlreadyExists, Conflict, Forbidden,
 * Unauthorized, Gone, InvalidInput (the server refused the object), Timeout, Unavailable (no connection, or the server is overloaded or broken),
 * Interrupted (the signal).
 */
export type Client = {
  /** Address of the server, for messages. */
  readonly server: string;
  get<T extends KubernetesObject>(kind: ResourceKind<T>, target: ObjectName, call: Call): Promise<T>;
  /** As `get`, but `undefined` when the object does not exist. */
  find<T extends KubernetesObject>(kind: ResourceKind<T>, target: ObjectName, call: Call): Promise<T | undefined>;
  /** All selected objects, fetched page by page and consistent with one another. */
  list<T extends KubernetesObject>(kind: ResourceKind<T>, call: Call & Selection & { readonly pageSize?: number }): Promise<ObjectList<T>>;
  /** The pages of a list one by one; `Gone` when reading them takes longer than the server keeps the version (5 minutes). */
  pages<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    call: Call & Selection & { readonly pageSize?: number },
  ): AsyncIterable<ObjectList<T>>;
  /**
   * Changes after `resourceVersion`. The stream ends when the server ends it (after `timeoutSeconds`), when the connection is lost, or when nothing,
   * not even a bookmark, arrived for `idleMs`. `Gone` when the version is too old and everything must be listed again.
   */
  watch<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    call: Call &
      Selection & {
        readonly resourceVersion?: string;
        readonly timeoutSeconds?: number;
        readonly idleMs?: number;
        /** Called when the server has accepted the watch, before any event, and then whenever it has answered. */
        readonly onContact?: () => void;
      },
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, call: Write): Promise<T>;
  /** Replaces all but the status; `Conflict` when the object's `resourceVersion` is not the current one. */
  update<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, call: Write): Promise<T>;
  /** JSON merge patch (RFC 7396): `null` removes a field, lists are replaced whole. */
  mergePatch<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    target: ObjectName,
    patch: object,
    call: Write & { readonly subresource?: string },
  ): Promise<T>;
  /**
   * Server-side apply: sets the given fields, creates the object if needed, and removes fields that this field manager applied before and now omits.
   * Fields of other writers stay.
   */
  apply<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    desired: T,
    call: Write & {
      readonly subresource?: string;
      /** @default the client's own */
      readonly fieldManager?: string;
      /** Take over fields that others own; without it they are a `Conflict`. @default true */
      readonly force?: boolean;
    },
  ): Promise<T>;
  /** Requests deletion: an object with finalizers stays for a while. With `uid` or `resourceVersion`, `Conflict` unless the object has them. */
  delete(
    kind: ResourceKind,
    target: ObjectName,
    call: Write & {
      readonly uid?: string;
      readonly resourceVersion?: string;
      readonly propagation?: Propagation;
      readonly gracePeriodSeconds?: number;
    },
  ): Promise<void>;
  /** Requests deletion of all selected objects. */
  deleteAll(kind: ResourceKind, call: Write & Selection & { readonly propagation?: Propagation }): Promise<void>;
  /** POST to a subresource, such as `token` of a ServiceAccount or `eviction` of a Pod. */
  createSubresource<R>(kind: ResourceKind, target: ObjectName, subresource: string, body: R, call: Write): Promise<R>;
  /** Any other path, such as `/version`: parsed JSON, or text when the answer is not JSON. */
  raw(path: string, call: Call & { readonly method?: string; readonly body?: unknown }): Promise<unknown>;
  /** Closes all connections; calls in flight fail. */
  close(): void;
};
