import type { Membership, MembershipSpec } from '../../../api/membership/type.ts';
import type { Notice, StatementKind } from '../../../api/notice/type.ts';
import { entryOf, type Ledger, type StatementRef } from '../../../exchange/ledger/ledger.ts';
import type { EarlierTimes } from '../../../exchange/notice/farewell.ts';
import type { Authority } from '../../../identity/authority.ts';
import type { Pod, Service } from '../../../kubernetes/kinds.ts';
import type { Change, Mirror } from '../../../kubernetes/mirror.ts';
import type { Source } from '../../../loop/source.ts';
import { type Watch, watching } from '../../../loop/watching.ts';
import type { Clock } from '../../../values/clock.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import type { VanishedNodes } from '../cluster/vanished-nodes.ts';
import type { ConnectionReport } from '../hub/connection-report.ts';
import type { Hub } from '../hub/hub.ts';
import type { Outbox } from '../publish/outbox.ts';
import type { Belief } from '../receive/belief.ts';
import type { Trust } from '../receive/trust.ts';

/** Everything that the work for one slice needs: the grant, both sides, and the ledger. */
export interface Session {
  readonly slice: string;
  /** The membership as this cluster currently accepts it. */
  readonly membership: Membership;
  /** The membership as the hub currently grants it. */
  readonly granted: Membership;
  /** The spec of the accepted membership: namespaces and blocks may change while the session runs, the identity of the slice does not. */
  readonly grant: MembershipSpec;
  /** All namespaces of the slice as granted, including those that this cluster excludes. */
  readonly sliceNamespaces: readonly string[];
  /** Emits when the grant changes. */
  readonly grantChanges: Source<undefined>;
  readonly hub: Hub;
  readonly local: LocalWorld;
  readonly authority: Authority;
  readonly trust: Trust;
  /** The hub's grants to each member of the slice. */
  readonly members: Mirror<Membership>;
  /** The board of the slice on the hub. */
  readonly board: Mirror<Notice>;
  /** Pods of a member namespace of this cluster. Index `node`: the node that the slice needs for a pod. */
  pods(namespace: string): Mirror<Pod> | undefined;
  /** Services of a member namespace of this cluster. */
  services(namespace: string): Mirror<Service> | undefined;
  readonly podChanges: Source<Change<Pod>>;
  readonly serviceChanges: Source<Change<Service>>;
  /** The current ledger of the slice. */
  ledger(): Ledger;
  /** Emits the statements that came into force, changed, or ended. */
  readonly statements: Belief;
  /** Subjects of the exports of a cluster with an endpoint on one of its nodes. */
  exportsOnNode(cluster: string, node: string): readonly string[];
  readonly outbox: Outbox;
  /** The SliceNodes that were deleted although the slice did not end. */
  readonly vanished: VanishedNodes;
  /** The past of this cluster before it joined again. */
  readonly earlier: EarlierTimes;
  /** True once the initial board was read completely, or nothing more can arrive. */
  readonly boardRead: () => boolean;
  /** Whether the hub is, or was until recently, unreachable for so long that statements cannot have been renewed. */
  readonly hubWasAway: () => boolean;
  readonly clock: Clock;
  /** The worker's report about its connection to the hub. */
  readonly connection: Pick<ConnectionReport, 'latest' | 'changes'>;
}

/**
 * Whether nothing is known yet about a subject, so that objects of an earlier run stay: no statement or tombstone about it was stored, and the board
 * was not read to its end.
 */
export const isUnknown = (session: Session, ref: StatementRef): boolean =>
  !session.boardRead() && entryOf(session.ledger(), ref) === undefined;

/** Subjects of this cluster's own notices on the board: a notice that this cluster no longer publishes is withdrawn, whatever wrote it. */
export const ownSubjects = ({ board, hub }: Session, kind: StatementKind, keyOf = (subject: string): string => subject): Watch =>
  watching(board, ({ type, object: { spec } }) =>
    spec.cluster === hub.cluster && spec.kind === kind && type !== 'deleted' ? [keyOf(spec.subject)] : [],
  );
