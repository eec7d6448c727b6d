import type { NoticeSpec } from '../../api/notice/type.ts';
import { accept, type Outcome } from '../../exchange/accept.ts';
import type { ExchangeContext } from '../../exchange/context.ts';
import { farewellsIn } from '../../exchange/farewell.ts';
import { refKey } from '../../exchange/ledger.ts';
import { readNotice } from '../../exchange/notice.ts';
import { rateWeight } from '../../exchange/rate-weight.ts';
import { slotOf } from '../../exchange/slots.ts';
import { watching } from '../../loop/watching.ts';
import { Failure } from '../../values/failure.ts';
import type { StatementRefusalCode } from '../../values/statement-refusal.ts';
import type { AuthorTurns } from './author-turns.ts';
import { exchangeContext } from './exchange-context.ts';
import type { KeepAccepted } from './keep-accepted.ts';
import type { PassedOn } from './passed-on.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

/**
 * Refusals that pass when a clock is put right, when time goes by, or when a cluster has left every slice: a farewell in another slice may be kept just
 * before this notice waits for it.
 */
const byTime: ReadonlySet<StatementRefusalCode> = new Set(['AuthorityExpired', 'NotYetValid', 'AuthorityChanged']);

/** The cluster that a notice is of, by its name: admission and {@link receiver} see to it that no other has that name. */
const authorOf = (name: string): string => name.slice(0, name.indexOf('.'));

/** How soon a notice is judged again that was refused so, in milliseconds. */
const retryMs = 60_000;

/** What the judgement of notices needs beside the session. */
export interface ReceiverParts {
  readonly keeping: KeepAccepted;
  readonly refusals: Refusals;
  /** Notices that came from other members and not from the board. */
  readonly passedOn: PassedOn;
  readonly turns: AuthorTurns;
  /** Called with the name of each notice of the board that was judged. */
  readonly onRead: (name: string) => void;
}

/**
 * Reads the notices of other clusters, from the board or as other members pass them on: judges each (`exchange/accept.ts`), pins and keeps what follows,
 * and emits the changes. The key is the name of the notice. A notice that is missing from the board has no effect.
 */
export const receiver = (session: Session, { keeping, refusals, passedOn, turns, onRead }: ReceiverParts) => {
  const { board, hub, trust, statements } = session;
  const namespace = session.grant.exchangeNamespace;
  /** Names of notices by what they wait for, and the other way round. */
  const waiting = new Map<string, Set<string>>();
  const waitsOf = new Map<string, readonly string[]>();
  const setWaits = (name: string, keys: readonly string[]): void => {
    for (const key of waitsOf.get(name) ?? []) {
      const names = waiting.get(key);
      names?.delete(name);
      if (names?.size === 0) waiting.delete(key);
    }
    if (keys.length === 0) waitsOf.delete(name);
    else waitsOf.set(name, keys);
    for (const key of keys) waiting.set(key, (waiting.get(key) ?? new Set()).add(name));
  };
  const wake = (key: string): Iterable<string> => {
    const names = [...(waiting.get(key) ?? [])];
    waiting.delete(key);
    return names;
  };

  /** Judges a notice and believes what follows, in one step: nothing of it happens between waits, or one judgement would undo another. */
  const believe = (spec: NoticeSpec, context: ExchangeContext): Outcome => {
    const outcome = accept(session.ledger(), spec, context);
    statements.become(outcome.ledger, outcome.changes);
    return outcome;
  };

  /** What counts only after it is written down is written down first: a root, and an end, which a crash must not undo. */
  const judge = async (spec: NoticeSpec, signal: AbortSignal): Promise<Outcome> => {
    const context = exchangeContext(session);
    const { pin, isEnd } = accept(session.ledger(), spec, context);
    if (pin === undefined && isEnd === undefined) return believe(spec, context);
    const word = (): Promise<Outcome> =>
      pin === undefined ? Promise.resolve(believe(spec, exchangeContext(session))) : pinned(spec, pin, signal);
    return isEnd ? keeping.first(spec, signal, word) : word();
  };

  /** Pins the authority of a cluster, and then believes what it says. */
  const pinned = async (spec: NoticeSpec, pin: string, signal: AbortSignal): Promise<Outcome> => {
    const before = trust.rootOf(spec.cluster);
    await trust.pin(spec.cluster, pin, before, signal);
    if (trust.rootOf(spec.cluster) !== pin)
      throw new Failure('Conflict', `Another authority of cluster "${spec.cluster}" was pinned meanwhile.`);
    // By the root before: where the old authority names the new one, it is the old one that signed.
    const rootOf = (cluster: string): string | undefined => (cluster === spec.cluster ? before : trust.rootOf(cluster));
    return believe(spec, { ...exchangeContext(session), pinned: rootOf });
  };

  /** Judges a notice; one of an authority that is not pinned again after the farewells that it carries, if one of them ends the pinned one. */
  const judgeWithFarewells = async (spec: NoticeSpec, signal: AbortSignal): Promise<Outcome> => {
    const first = await judge(spec, signal);
    if (first.refusal?.code !== 'AuthorityChanged') return first;
    for (const farewell of farewellsIn(spec)) if ((await judge(farewell, signal)).isEnd === true) return judge(spec, signal);
    return first;
  };

  const shownAs = (name: string): Partial<NoticeSpec> | undefined => passedOn.get(name) ?? board.get(`${namespace}/${name}`)?.spec;

  const found = (name: string): NoticeSpec | string | undefined => {
    const passed = passedOn.get(name);
    if (passed !== undefined) return passed;
    const shown = board.get(`${namespace}/${name}`)?.spec;
    const spec = shown === undefined ? undefined : readNotice(shown);
    if (typeof spec === 'string') return `Notice ${name} cannot be read: ${spec}.`;
    if (spec === undefined || slotOf(spec.cluster, name) !== undefined) return spec;
    return `Notice ${name} does not have a name of cluster "${spec.cluster}".`;
  };

  return {
    name: 'receive',
    // A cluster that publishes much must not hold up the others.
    laneOf: authorOf,
    watches: [
      // What this cluster publishes it need not read, and reports are for the hub only.
      watching(board, ({ object }) => (object.spec.cluster === hub.cluster || object.spec.kind === 'Links' ? [] : [object.metadata.name])),
      watching(passedOn, (name) => [name]),
      // Statements overtake one another: what waited for another is judged again when that one changes.
      watching(statements, (ref) => [...wake(refKey(ref)), ...wake(`Budget/${ref.kind}/${ref.cluster}`), ...passedOn.namesAbout(ref)]),
      // A cluster that left has ended its authority only when it left every slice that is known here.
      watching(session.local.notices, ({ object }) => (object.spec.kind === 'Cluster' ? wake(`Authority/${object.spec.cluster}`) : [])),
      watching(session.members, ({ object }) => wake(`Membership/${object.spec.cluster}`)),
      watching(session.grantChanges, () => wake('Grant')),
    ],
    reconcile: async (name: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      // A member that floods this one has its oldest notices dropped: they must not wait for a turn, or the waiting would fill the memory.
      if (shownAs(name) === undefined) {
        turns.of(authorOf(name)).forget(name);
        refusals.set(name, undefined);
        setWaits(name, []);
        onRead(name);
        return undefined;
      }
      // What changes meanwhile is judged with the turn: of each notice only the newest.
      const waitMs = turns.of(authorOf(name)).take(name, session.clock.monotonic(), rateWeight(shownAs(name)));
      if (waitMs > 0) return { againMs: Math.ceil(waitMs) };
      const spec = found(name);
      if (spec === undefined || typeof spec === 'string') {
        refusals.set(name, spec, authorOf(name));
        setWaits(name, []);
        onRead(name);
        return undefined;
      }
      const { refusal, waitsFor = [] } = await judgeWithFarewells(spec, signal);
      setWaits(name, waitsFor);
      // A member may pass on an older statement than the board shows; only the board must not go back.
      const isOlderCopy = refusal?.code === 'SerialNotHigher' && passedOn.get(name) === spec;
      refusals.set(name, isOlderCopy ? undefined : refusal?.message, authorOf(name));
      keeping.soon(spec);
      // A refused one is held, so that the limit on held notices also limits the reported refusals.
      if (refusal === undefined || isOlderCopy) passedOn.done(name, spec);
      onRead(name);
      return refusal !== undefined && byTime.has(refusal.code) ? { againMs: retryMs } : undefined;
    },
  };
};
