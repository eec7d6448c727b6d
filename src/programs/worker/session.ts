import type { Membership, MembershipSpec } from '../../api/membership/type.ts';
import type { Notice, StatementKind } from '../../api/notice/type.ts';
import type { EarlierTimes } from '../../exchange/farewell.ts';
import { entryOf, type Ledger, type StatementRef } from '../../exchange/ledger.ts';
import type { Authority } from '../../identity/authority.ts';
import type { Pod, Service } from '../../kubernetes/kinds.ts';
import type { Change, Mirror } from '../../kubernetes/mirror.ts';
import type { Source } from '../../loop/source.ts';
import { type Watch, watching } from '../../loop/watching.ts';
import type { Clock } from '../../values/clock.ts';
import type { Belief } from './belief.ts';
import type { ConnectionReport } from './connection-report.ts';
import type { Hub } from './hub.ts';
import type { LocalWorld } from './local-world.ts';
import type { Outbox } from './outbox.ts';
import type { Trust } from './trust.ts';
import type { VanishedNodes } from './vanished-nodes.ts';

/** Everything that the work for one slice needs: the grant, both sides, and what is known of the others. */
export interface Session {
  readonly slice: string;
  /** The membership as this cluster accepts it, now. */
  readonly membership: Membership;
  /** The membership as the hub granted it, now. */
  readonly granted: Membership;
  /** The spec of the membership as this cluster accepts it, now: namespaces and blocks may change while the session runs, the identity of the slice does not. */
  readonly grant: MembershipSpec;
  /** All namespaces of the slice as the hub granted them, those included that this cluster does not give to it. */
  readonly sliceNamespaces: readonly string[];
  /** Emits when the grant changes. */
  readonly grantChanges: Source<undefined>;
  readonly hub: Hub;
  readonly local: LocalWorld;
  readonly authority: Authority;
  readonly trust: Trust;
  /** What the hub granted to each member of the slice. */
  readonly members: Mirror<Membership>;
  /** The notice board of the slice on the hub. */
  readonly board: Mirror<Notice>;
  /** Pods of a member namespace of this cluster. */
  pods(namespace: string): Mirror<Pod> | undefined;
  /** Services of a member namespace of this cluster. */
  services(namespace: string): Mirror<Service> | undefined;
  readonly podChanges: Source<Change<Pod>>;
  readonly serviceChanges: Source<Change<Service>>;
  /** What is believed of the slice, now. */
  ledger(): Ledger;
  /** Emits the statements that came into force, changed, or ended. */
  readonly statements: Belief;
  /** Subjects of the exports of a cluster with an endpoint on one of its nodes. */
  exportsOnNode(cluster: string, node: string): readonly string[];
  readonly outbox: Outbox;
  /** The SliceNodes that were deleted although the slice did not end. */
  readonly vanished: VanishedNodes;
  /** What this cluster knows of the time before it joined again. */
  readonly earlier: EarlierTimes;
  /** True once everything that was on the board when the session began was read, or there is nothing more to come. */
  readonly boardRead: () => boolean;
  /** Whether the hub is, or was until recently, away for so long that statements cannot have been renewed. */
  readonly hubWasAway: () => boolean;
  readonly clock: Clock;
  /** What the worker says of its connection to the hub. */
  readonly connection: Pick<ConnectionReport, 'latest' | 'changes'>;
}

/**
 * Whether nothing is known yet about a subject, so that what an earlier run made of it stays: no statement or tombstone of it was kept, and the board
 * was not read to its end.
 */
export const isUnknown = (session: Session, ref: StatementRef): boolean =>
  !session.boardRead() && entryOf(session.ledger(), ref) === undefined;

/** Subjects of this cluster's own notices on the board: a notice that this cluster no longer publishes is withdrawn, whoever wrote it. */
export const ownSubjects = ({ board, hub }: Session, kind: StatementKind, keyOf = (subject: string): string => subject): Watch =>
  watching(board, ({ type, object: { spec } }) =>
    spec.cluster === hub.cluster && spec.kind === kind && type !== 'deleted' ? [keyOf(spec.subject)] : [],
  );
