import type { NoticeSpec } from '../../../api/notice/type.ts';
import { accept, type Outcome } from '../../../exchange/judgement/accept.ts';
import type { ExchangeContext } from '../../../exchange/ledger/context.ts';
import { entryOf, refKey } from '../../../exchange/ledger/ledger.ts';
import { farewellsIn } from '../../../exchange/notice/farewell.ts';
import { readNotice } from '../../../exchange/notice/notice.ts';
import { rateWeight } from '../../../exchange/notice/rate-weight.ts';
import { slotOf } from '../../../exchange/notice/slots.ts';
import { offeredBy } from '../../../exchange/trust/prover.ts';
import { watching } from '../../../loop/watching.ts';
import { Failure } from '../../../values/failure.ts';
import type { StatementRefusalCode } from '../../../values/statement-refusal.ts';
import type { Session } from '../session/session.ts';
import type { AuthorTurns } from './author-turns.ts';
import { exchangeContext } from './exchange-context.ts';
import type { KeepAccepted } from './keep-accepted.ts';
import type { PassedOn } from './passed-on.ts';
import type { Refusals } from './refusals.ts';

/**
 * Refusals that end with time: when a clock is corrected, when time passes, or when a cluster has left every slice: a farewell in another slice may
 * be stored just before this notice waits for it.
 */
const byTime: ReadonlySet<StatementRefusalCode> = new Set(['AuthorityExpired', 'NotYetValid', 'AuthorityChanged']);

/** The author of a notice, by its name: admission and {@link receiver} make sure that no other cluster has that name. */
const authorOf = (name: string): string => name.slice(0, name.indexOf('.'));

/** How soon such a notice is judged again, in milliseconds. */
const retryMs = 60_000;

/** How long another authority must be presented before it is reported, in milliseconds: the farewell that allows it may be judged just after it. */
const settleMs = 2_000;

/** The inputs of the judgement of notices, beside the session. */
export interface ReceiverParts {
  readonly keeping: KeepAccepted;
  readonly refusals: Refusals;
  /** Notices that came from other members and not from the board. */
  readonly passedOn: PassedOn;
  readonly turns: AuthorTurns;
  /** Called with the name of each judged notice of the board. */
  readonly onRead: (name: string) => void;
}

/**
 * Reads the notices of other clusters, from the board or from other members: it judges each (`exchange/judgement/accept.ts`), pins and stores the result, and
 * emits the changes. The key is the name of the notice. A notice that is missing from the board has no effect.
 */
export const receiver = (session: Session, { keeping, refusals, passedOn, turns, onRead }: ReceiverParts) => {
  const { board, hub, trust, statements } = session;
  const namespace = session.grant.exchangeNamespace;
  /** Names of notices by what they wait for, and the reverse. */
  const waiting = new Map<string, Set<string>>();
  const waitsOf = new Map<string, readonly string[]>();
  /** Names of notices that were refused for their authority. */
  const strange = new Set<string>();
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

  /** Judges a notice and updates the ledger in one step, without waiting in between, or one judgement would undo another. */
  const believe = (spec: NoticeSpec, context: ExchangeContext): Outcome => {
    const outcome = accept(session.ledger(), spec, context);
    statements.become(outcome.ledger, outcome.changes);
    return outcome;
  };

  /** Stores first what counts only after it is stored: a root, and an end, which a crash must not undo. */
  const judge = async (spec: NoticeSpec, signal: AbortSignal): Promise<Outcome> => {
    const context = exchangeContext(session);
    const { pin, isEnd } = accept(session.ledger(), spec, context);
    if (pin === undefined && isEnd === undefined) return believe(spec, context);
    const word = (): Promise<Outcome> =>
      pin === undefined ? Promise.resolve(believe(spec, exchangeContext(session))) : pinned(spec, pin, signal);
    return isEnd ? keeping.first(spec, signal, word) : word();
  };

  /** Pins the authority of a cluster, and then accepts its statement. */
  const pinned = async (spec: NoticeSpec, pin: string, signal: AbortSignal): Promise<Outcome> => {
    const before = trust.rootOf(spec.cluster);
    await trust.pin(spec.cluster, pin, before, signal);
    if (trust.rootOf(spec.cluster) !== pin)
      throw new Failure('Conflict', `Another authority of cluster "${spec.cluster}" was pinned meanwhile.`);
    // With the previous root: where the old authority names the new one, the old one signed.
    const rootOf = (cluster: string): string | undefined => (cluster === spec.cluster ? before : trust.rootOf(cluster));
    return believe(spec, { ...exchangeContext(session), pinned: rootOf });
  };

  /** Judges a notice. For an authority that is not pinned, judges it again after the farewells in it, if one of them ends the pinned authority. */
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
    // A cluster that publishes much must not delay the others.
    laneOf: authorOf,
    watches: [
      // This cluster need not read its own notices, and reports are for the hub only.
      watching(board, ({ object }) => (object.spec.cluster === hub.cluster || object.spec.kind === 'Links' ? [] : [object.metadata.name])),
      watching(passedOn, (name) => [name]),
      // Statements arrive out of order: one that waits for another is judged again when the other changes.
      watching(statements, (ref) => {
        // Only an end makes room for another statement: a member at its limit changes what it has, and all that wait would be judged again each time.
        const makesRoom = entryOf(session.ledger(), ref)?.inForce !== true;
        return [...wake(refKey(ref)), ...(makesRoom ? wake(`Budget/${ref.kind}/${ref.cluster}`) : []), ...passedOn.namesAbout(ref)];
      }),
      // A cluster has ended its authority only when it left every slice that is known here.
      watching(session.local.notices, ({ object }) => (object.spec.kind === 'Cluster' ? wake(`Authority/${object.spec.cluster}`) : [])),
      watching(session.members, ({ object }) => wake(`Membership/${object.spec.cluster}`)),
      watching(session.grantChanges, () => wake('Grant')),
    ],
    reconcile: async (name: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      // A member that floods this one has its oldest notices dropped: they must not wait for a turn, or the queue would fill the memory.
      if (shownAs(name) === undefined) {
        turns.of(authorOf(name)).forget(name);
        strange.delete(name);
        refusals.set(name, undefined);
        setWaits(name, []);
        onRead(name);
        return undefined;
      }
      // Changes meanwhile are judged with the same turn: only the newest of each notice.
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
      // A refused one is held, so that the limit of held notices also limits the reported refusals.
      if (refusal === undefined || isOlderCopy) passedOn.done(name, spec);
      onRead(name);
      if (refusal?.code !== 'AuthorityChanged' && refusal?.code !== 'AuthorityRevoked') strange.delete(name);
      else if (strange.has(name)) trust.refused(refusal.message, spec.cluster, offeredBy(spec.statement));
      else {
        strange.add(name);
        return { againMs: settleMs };
      }
      return refusal !== undefined && byTime.has(refusal.code) ? { againMs: retryMs } : undefined;
    },
  };
};
