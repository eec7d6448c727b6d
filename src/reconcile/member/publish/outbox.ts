import type { StatementKind } from '../../../api/notice/type.ts';
import type { Ledger } from '../../../exchange/ledger/ledger.ts';
import { state } from '../../../exchange/ledger/state.ts';
import { readStatement, type StatementBodies } from '../../../exchange/statement/statement.ts';
import { draftStatement } from '../../../exchange/trust/issue.ts';
import { nextSerial } from '../../../exchange/trust/serial.ts';
import type { Authority } from '../../../identity/authority.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import type { Belief } from '../receive/belief.ts';

/** The wanted content of one subject. */
export interface Wanted {
  readonly kind: StatementKind;
  readonly subject: string;
  /** Undefined to withdraw it. */
  readonly body: StatementBodies[StatementKind] | undefined;
  /** Canonical JSON of the body. */
  readonly text: string | undefined;
}

/**
 * The statements of this cluster. A statement is in force in this cluster at once, and published in the background: nothing inside the cluster waits
 * for the hub. Emits the keys (`<kind>/<subject>`) of changed statements.
 */
export interface Outbox extends Source<string> {
  /** Sets a statement, or withdraws it when the body is undefined. Throws `InvalidInput` for a statement that every receiver would refuse. */
  set<K extends StatementKind>(kind: K, subject: string, body: StatementBodies[K] | undefined): void;
  get(key: string): Wanted | undefined;
  keys(): Iterable<string>;
  /** Removes a withdrawn subject once the board has no notice about it. */
  forget(key: string): void;
  /** A serial above all issued ones. */
  nextSerial(): number;
  /** Makes the next serial higher than one that this cluster issued earlier, when its clock was ahead. */
  raiseSerial(serial: number): void;
}

/** Key of an own statement. */
export const outboxKey = (kind: StatementKind, subject: string): string => `${kind}/${subject}`;

/** Kind and subject of a key that {@link outboxKey} made. */
export const subjectOfKey = (key: string): { readonly kind: StatementKind; readonly subject: string } => {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash) as StatementKind, subject: key.slice(slash + 1) };
};

/** An empty outbox for the statements of the authority's cluster in a slice. */
export const createOutbox = (
  belief: Belief,
  authority: Authority,
  slice: { readonly slice: string; readonly sliceUID: string },
  clock: Clock,
): Outbox => {
  const wanted = new Map<string, Wanted>();
  const { emit, subscribe } = createEmitter<string>(() => [...wanted.keys()]);
  let last = 0;

  const believe = (ledger: Ledger, one: Wanted): void =>
    belief.become(ledger, [{ kind: one.kind, cluster: authority.cluster, subject: one.subject }]);

  return {
    set: (kind, subject, body) => {
      const key = outboxKey(kind, subject);
      const before = wanted.get(key);
      const text = body === undefined ? undefined : canonicalJson(body);
      if (before !== undefined && before.text === text) return;
      const now = clock.now();
      const draft = draftStatement(authority, { ...slice, kind, subject, body, serial: Math.max(1, last) }, now);
      const read = readStatement(draft);
      if (typeof read === 'string')
        throw new Failure(
          'InvalidInput',
          `The statement about ${kind} "${subject}" would be refused by every receiver, because of ${read}.`,
        );
      const one = { kind, subject, body, text };
      wanted.set(key, one);
      believe(state(belief.ledger(), draft, now), one);
      emit(key);
    },
    get: (key) => wanted.get(key),
    keys: () => wanted.keys(),
    forget: (key) => void wanted.delete(key),
    nextSerial: () => {
      last = nextSerial(last, clock.now());
      return last;
    },
    raiseSerial: (serial) => {
      last = Math.max(last, serial);
    },
    subscribe,
  };
};
