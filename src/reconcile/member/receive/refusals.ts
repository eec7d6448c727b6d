import { conditionOf, type Verdict } from '../../../api/condition.ts';
import { memberNamespace } from '../../../api/places.ts';
import { createSignals } from '../../../loop/signals.ts';
import type { Source } from '../../../loop/source.ts';
import { watching } from '../../../loop/watching.ts';
import { compareText } from '../../../values/text/order.ts';
import { writeCondition } from '../session/local-condition.ts';
import type { Session } from '../session/session.ts';

/** Refused notices, each with the reason. */
export interface Refusals extends Source<undefined> {
  /** Records a refusal of a cluster's notice, or with `undefined` that the notice is accepted. Without an author it is this cluster's own. */
  set(notice: string, message: string | undefined, author?: string): void;
  /**
   * The sentences of those that have lasted for {@link graceMs}: statements arrive in any order, and a refusal that waits for another one ends soon.
   * `now` is by the monotonic clock.
   */
  list(now: number): readonly string[];
  /** Whether some are younger than that. */
  pending(now: number): boolean;
  /** The number of those in {@link list} by author. */
  byAuthor(now: number): ReadonlyMap<string, number>;
}

/** No refusals yet. `onRefused` is called for each refusal of a notice of another cluster that is new or has a new reason. */
export const createRefusals = (clock: { monotonic(): number }, onRefused: (author: string) => void = () => {}): Refusals => {
  const messages = new Map<string, { readonly message: string; readonly since: number; readonly author: string | undefined }>();
  const { emit, subscribe } = createSignals();
  return {
    set: (notice, message, author) => {
      const before = messages.get(notice);
      if (before?.message === message) return;
      if (message === undefined) messages.delete(notice);
      else {
        messages.set(notice, { message, since: before?.since ?? clock.monotonic(), author });
        if (author !== undefined) onRefused(author);
      }
      emit();
    },
    list: (now) =>
      [...messages]
        .filter(([, { since }]) => now - since >= graceMs)
        .toSorted(([a], [b]) => compareText(a, b))
        .map(([, { message }]) => message),
    pending: (now) => [...messages.values()].some(({ since }) => now - since < graceMs),
    byAuthor: (now) => {
      const counts = new Map<string, number>();
      for (const { author, since } of messages.values())
        if (author !== undefined && now - since >= graceMs) counts.set(author, (counts.get(author) ?? 0) + 1);
      return counts;
    },
    subscribe,
  };
};

/** Maximum number of refusals that a condition lists. */
const shown = 5;

/** A refusal that only waits for another statement has ended after this time, in milliseconds. */
export const graceMs = 2_000;

/** Reports in the local slice which notices of other clusters are refused, and why. There is one key. */
export const refusalReport = (session: Session, refusals: Refusals) => ({
  name: 'refusals',
  watches: [
    watching(refusals, () => ['refusals']),
    watching(session.local.slices, (change) => (change.object.metadata.name === session.slice ? ['refusals'] : [])),
  ],
  reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const { local, slice: name, clock } = session;
    const slice = local.slices.get(`${memberNamespace}/${name}`);
    if (slice === undefined) return { againMs: graceMs };
    const now = clock.monotonic();
    const messages = refusals.list(now);
    const again = refusals.pending(now) ? { againMs: graceMs } : undefined;
    if (messages.length === 0 && conditionOf(slice.status?.conditions, 'StatementsVerified') === undefined) return again;
    const more = messages.length > shown ? ` And ${messages.length - shown} more.` : '';
    const verdict: Verdict =
      messages.length === 0
        ? { type: 'StatementsVerified', status: 'True', reason: 'Accepted', message: 'Every notice of the other clusters was verified.' }
        : {
            type: 'StatementsVerified',
            status: 'False',
            reason: 'StatementRefused',
            message: `${messages.slice(0, shown).join(' ')}${more}`,
          };
    if (await writeCondition(local, slice, verdict, clock, signal))
      for (const message of messages) local.log.warn('a notice is not used', { slice: name, reason: message });
    return again;
  },
});
