import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '../../values/object.ts';
import { apiVersionOf, type ResourceKind } from '../../values/resource-kind.ts';
import { Refused } from './refused.ts';
import type { Matcher } from './selection.ts';
import type { Storage, Stored } from './storage.ts';

/** The form in which an object is sent. */
export type Shape = (object: KubernetesObject) => KubernetesObject;

/** Open watches: each is an HTTP answer that never ends by itself. */
export type Watchers = {
  /** Sends the changes since `from` (all objects when `from` is empty), and then each new change. */
  open(
    response: ServerResponse,
    kind: ResourceKind,
    from: string,
    namespace: string | undefined,
    matches: Matcher,
    timeoutSeconds: number,
    shape: Shape,
  ): void;
  /** Sends a bookmark on every watch. */
  bookmark(): void;
  /** Ends all watches as a server's timeout does. */
  end(): void;
  readonly count: number;
};

/** No watches yet. */
export const createWatchers = (storage: Storage): Watchers => {
  const open = new Set<{ readonly response: ServerResponse; readonly kind: ResourceKind }>();

  const send = (response: ServerResponse, type: string, object: unknown): void => {
    // An ended watch is forgotten when its connection has closed.
    if (!response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`);
  };

  return {
    open: (response, kind, from, namespace, matches, timeoutSeconds, shape) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const selected = (object: KubernetesObject | undefined): boolean =>
        object !== undefined && (namespace === undefined || object.metadata.namespace === namespace) && matches(object);
      const forward = (change: Stored): void => {
        if (change.kind.plural !== kind.plural || change.kind.group !== kind.group) return;
        const was = selected(change.previous);
        const is = change.type !== 'DELETED' && selected(change.object);
        if (is) send(response, was ? 'MODIFIED' : 'ADDED', shape(change.object));
        // An object that leaves the selection is reported as deleted, in its last state.
        else if (was) send(response, 'DELETED', shape(change.object));
      };
      if (from === '' || from === '0')
        for (const object of storage.list(kind)) if (selected(object)) send(response, 'ADDED', shape(object));
      const since = Number(from === '' || from === '0' ? storage.version : from);
      if (since < storage.compacted) {
        send(response, 'ERROR', new Refused(410, 'Expired', `too old resource version: ${since} (${storage.compacted})`).status());
        response.end();
        return;
      }
      for (const change of storage.history) if (change.version > since) forward(change);
      const watch = { response, kind };
      open.add(watch);
      const stop = storage.listen(forward);
      const timer = setTimeout(() => response.end(), timeoutSeconds * 1000);
      response.once('close', () => {
        clearTimeout(timer);
        stop();
        open.delete(watch);
      });
    },
    bookmark: () => {
      for (const { response, kind } of open)
        send(response, 'BOOKMARK', {
          apiVersion: apiVersionOf(kind),
          kind: kind.kind,
          metadata: { resourceVersion: String(storage.version) },
        });
    },
    end: () => {
      for (const { response } of open) response.end();
    },
    get count() {
      return open.size;
    },
  };
};
