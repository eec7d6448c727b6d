import { type Condition, setCondition, type Verdict } from '../../../api/condition.ts';
import { connectionKey, readConnection } from '../../../api/connection.ts';
import { connectionConfigMap, memberNamespace } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';

const target = { namespace: memberNamespace, name: connectionConfigMap };

/** Reports in this cluster the connection to the hub and to cluster DNS. */
export interface ConnectionReport {
  /**
   * Sets a condition; writes when it differs from the stored one. Never throws but for the signal: a failed write is retried with the next condition.
   */
  readonly set: (verdict: Verdict, signal: AbortSignal) => Promise<void>;
  /** Emits when a condition differs from the previous one. */
  readonly changes: Source<undefined>;
  /** The latest condition of a type, if there is any. */
  readonly latest: (type: string) => Condition | undefined;
}

/** Begins with the conditions of an earlier worker, so that they keep their age. */
export const openConnectionReport = async (
  { client, log }: { readonly client: Client; readonly log: Log },
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectionReport> => {
  let written = readConnection((await client.find(configMapKind, target, { signal }))?.data);
  let wanted = written;
  const changes = createEmitter<undefined>();
  /** Conditions come from several loops; they are written one after another, each with all. */
  let writing: Promise<void> = Promise.resolve();
  const write = async (during: AbortSignal): Promise<void> => {
    const now = wanted;
    if (now === written) return;
    try {
      await client.mergePatch(configMapKind, target, { data: { [connectionKey]: JSON.stringify(now) } }, { signal: during });
      written = now;
    } catch (error) {
      if (during.aborted) throw error;
      // An installation that is older than this worker has no such object.
      if (!Failure.is(error, 'NotFound')) log.warn('the report about the connection could not be written', { error });
    }
  };
  return {
    set: (verdict, during) => {
      const before = wanted;
      wanted = setCondition(wanted, verdict, undefined, new Date(clock.now()));
      if (wanted !== before) changes.emit(undefined);
      const next = writing.then(() => write(during));
      writing = next.catch(() => undefined);
      return next;
    },
    changes,
    latest: (type) => wanted.find((condition) => condition.type === type),
  };
};
