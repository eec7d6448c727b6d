import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import { connectionKey, readConnection } from '../../api/connection.ts';
import { connectionConfigMap, memberNamespace } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import { createEmitter } from '../../loop/emitter.ts';
import type { Source } from '../../loop/source.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';

const target = { namespace: memberNamespace, name: connectionConfigMap };

/** Says in this cluster how it stands with the hub and with cluster DNS. */
export interface ConnectionReport {
  /** Takes a verdict; writes when it differs from what is there. Never throws but for the signal: what cannot be written is tried with the next verdict. */
  readonly set: (verdict: Verdict, signal: AbortSignal) => Promise<void>;
  /** Emits when a verdict says something else than before. */
  readonly changes: Source<undefined>;
  /** The verdict of a type that was taken last, if any was. */
  readonly latest: (type: string) => Condition | undefined;
}

/** Begins with what an earlier worker said, so that conditions keep their age. */
export const openConnectionReport = async (
  { client, log }: { readonly client: Client; readonly log: Log },
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectionReport> => {
  let written = readConnection((await client.find(configMapKind, target, { signal }))?.data);
  let wanted = written;
  const changes = createEmitter<undefined>();
  /** Verdicts come from several loops; they are written one after another, each with all. */
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
      if (!Failure.is(error, 'NotFound')) log.warn('how this cluster is connected could not be written down', { error });
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
