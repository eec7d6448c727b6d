import type { Membership, MembershipSpec } from '../../api/membership/type.ts';
import { type Notice, type NoticeSpec, noticeName, type StatementKind } from '../../api/notice/type.ts';
import type { Authority } from '../../identity/authority.ts';
import type { Pod, Service } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { type Watch, watching } from '../../loop/watching.ts';
import type { Clock } from '../../values/clock.ts';
import type { Hub } from './hub.ts';
import type { LocalWorld } from './local-world.ts';
import type { Statements } from './statements.ts';
import type { Trust } from './trust.ts';

/** Everything that the work for one slice needs: the grant, both sides, and what is known of the others. */
export interface Session {
  readonly membership: Membership;
  readonly grant: MembershipSpec;
  readonly hub: Hub;
  readonly local: LocalWorld;
  readonly authority: Authority;
  readonly trust: Trust;
  /** What the hub granted to each member of the slice. */
  readonly members: Mirror<Membership>;
  /** The notice board of the slice. */
  readonly board: Mirror<Notice>;
  /** Pods of the member namespaces of this cluster, by namespace. */
  readonly pods: ReadonlyMap<string, Mirror<Pod>>;
  /** Services of the member namespaces of this cluster, by namespace. */
  readonly services: ReadonlyMap<string, Mirror<Service>>;
  readonly statements: Statements;
  /** True once everything that hangs on the board and everything of our own was read: only then does absence mean something. */
  readonly settled: () => boolean;
  readonly clock: Clock;
}

/**
 * Subjects of this cluster's own notices, whoever hung them there: what is no longer said is taken down, and what was altered is said again. Not
 * those that were taken down, or a cluster that is being removed from the hub would say them again.
 */
export const ownSubjects = ({ board, hub }: Session, kind: StatementKind): Watch =>
  watching(board, ({ type, object: { spec } }) =>
    spec.cluster === hub.cluster && spec.kind === kind && type !== 'deleted' ? [spec.subject] : [],
  );

/** Notices of a kind that are taken down: what an earlier run accepted of them goes with them, though this one never did. */
export const takenDown = ({ board }: Session, kind: StatementKind, keyOf: (notice: NoticeSpec) => string): Watch =>
  watching(board, ({ type, object: { spec } }) => (type === 'deleted' && spec.kind === kind ? [keyOf(spec)] : []));

/**
 * Whether a notice hangs on the board, be it refused, waiting for another, or accepted. What an earlier run of the worker accepted goes only when
 * its notice does: a notice that is refused changes nothing.
 */
export const hangs = ({ board, grant }: Session, kind: StatementKind, cluster: string, subject: string): boolean =>
  board.get(`${grant.exchangeNamespace}/${noticeName(cluster, kind, subject)}`) !== undefined;
