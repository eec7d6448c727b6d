import { setCondition } from '../../api/condition.ts';
import { sliceKind } from '../../api/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import type { Source } from '../../loop/source.ts';
import { watching } from '../../loop/watching.ts';
import type { Session } from './session.ts';

/** Notices that are not used, each with the reason. */
export interface Refusals extends Source<undefined> {
  /** Records a refusal, or with `undefined` that the notice is fine. */
  set(notice: string, message: string | undefined): void;
  list(): readonly string[];
}

/** No refusals yet. */
export const createRefusals = (): Refusals => {
  const messages = new Map<string, string>();
  const handlers = new Set<(change: undefined) => void>();
  return {
    set: (notice, message) => {
      if (messages.get(notice) === message) return;
      if (message === undefined) messages.delete(notice);
      else messages.set(notice, message);
      for (const handler of handlers) handler(undefined);
    },
    list: () => [...messages].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, message]) => message),
    subscribe: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
};

/** How many refusals a condition spells out. */
const shown = 5;

/** A refusal that only waits for another statement is gone by then, in milliseconds. */
const graceMs = 1000;

/** Shows in the local slice which notices of other clusters are not used, and why. There is one key. */
export const refusalReport = (session: Session, refusals: Refusals) => ({
  name: 'refusals',
  watches: [watching(refusals, () => ['refusals'])],
  reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const { local, grant, clock } = session;
    const slice = local.slices.get(`${memberNamespace}/${grant.slice}`);
    if (slice === undefined) return { againMs: graceMs };
    const messages = refusals.list();
    const before = slice.status?.conditions;
    if (messages.length === 0 && before?.some((condition) => condition.type === 'StatementsVerified') !== true) return undefined;
    const more = messages.length > shown ? ` And ${messages.length - shown} more.` : '';
    const conditions = setCondition(
      before,
      messages.length === 0
        ? { type: 'StatementsVerified', status: 'True', reason: 'Accepted', message: 'Every notice of the other clusters was verified.' }
        : {
            type: 'StatementsVerified',
            status: 'False',
            reason: 'StatementRefused',
            message: `${messages.slice(0, shown).join(' ')}${more}`,
          },
      slice.metadata.generation,
      new Date(clock.now()),
    );
    if (conditions === before) return undefined;
    for (const message of messages) local.log.warn('a notice is not used', { slice: grant.slice, reason: message });
    await local.client.mergePatch(sliceKind, slice.metadata, { status: { conditions } }, { signal, subresource: 'status' });
    return undefined;
  },
});
