import { sliceLabel } from '../../api/labels.ts';
import type { Notice, NoticeSpec } from '../../api/notice/type.ts';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import { accept } from '../../exchange/judgement/accept.ts';
import { emptyLedger, entryOf, type Ledger, refKey, statementOf } from '../../exchange/ledger/ledger.ts';
import { farewellsIn } from '../../exchange/notice/farewell.ts';
import { type AuthorityOrders, isRevokedCertificate } from '../../exchange/trust/authority-orders.ts';
import type { StatementRefusalCode } from '../../values/statement-refusal.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { nodeContext, type PeerTrust, type ReadRoot, type SliceTrust, type VerifiedSlice } from './peer-trust.ts';
import { withoutCluster, withoutEnded } from './without-ended.ts';

/** An order to forget what was accepted of a cluster: its next authority is pinned, as on first sight. */
export interface ForgetOrder {
  /** Distinguishes it from earlier orders. */
  readonly id: string;
  /** UIDs of the notices about the cluster that were stored at that time; they count no longer. */
  readonly notices: ReadonlySet<string>;
}

/** The objects of the member cluster that deliver statements to a node. */
export interface DeliveredStatements {
  /** The slices of the node. */
  readonly slices: readonly VerifiedSlice[];
  /** The notices of clusters about themselves that this cluster has accepted, in all slices. */
  readonly claims: readonly Notice[];
  readonly peers: readonly SlicePeer[];
  /** Orders of an administrator, by cluster. */
  readonly forget: ReadonlyMap<string, ForgetOrder>;
  /** Orders of an administrator about authorities, by cluster; undefined while they are not read: then those of before count. */
  readonly orders?: ReadonlyMap<string, AuthorityOrders> | undefined;
}

/** What a node has accepted after it judged what was delivered. */
export interface FollowedPeers {
  /** The same value as before when nothing changed. */
  readonly trust: PeerTrust;
  /** Why the statement in an object is not used, once that has lasted for {@link graceMs}; undefined for one that is used. */
  readonly refusalOf: (object: SlicePeer) => string | undefined;
}

/** Judges what was delivered, given what was accepted before; `now` is in milliseconds since 1970. */
export type FollowPeers = (before: PeerTrust, delivered: DeliveredStatements, now: number) => FollowedPeers;

/** Statements arrive in any order. A refusal that only waits for another statement is not reported for this long, in milliseconds. */
export const graceMs = 5_000;

/** How soon a refused statement is judged again although nothing changed, in milliseconds: a clock may have been corrected. */
const againMs = 60_000;

/** Maximum number of passes over what waits for other statements. Honest statements need three; the rest waits for the next change. */
const maxPasses = 8;

/** The last judgement of an object. */
interface Judged {
  readonly refusal: string | undefined;
  /** Since when it is refused. */
  readonly since: number;
  readonly at: number;
  /** The ledger after it. A refused object is judged again with another one. */
  readonly ledger: Ledger;
}

interface Judgement {
  readonly slice: SliceTrust;
  readonly refusal?: { readonly code: StatementRefusalCode; readonly message: string } | undefined;
  readonly isEnd: boolean;
}

/** What changes while one delivery is judged. */
interface Draft {
  readonly roots: Map<string, string>;
  readonly forgotten: Map<string, string>;
  readonly orders: ReadonlyMap<string, AuthorityOrders>;
  readonly slices: Map<string, SliceTrust>;
  /** Lists of notices that were copied for this delivery and may be changed: copying them for each notice would cost the square of their number. */
  readonly copied: Set<SliceTrust['notices']>;
  readonly now: number;
}

/** The notices with another one. */
const withNotice = ({ copied }: Draft, before: SliceTrust['notices'], spec: NoticeSpec): SliceTrust['notices'] => {
  const notices = copied.has(before) ? (before as Map<string, NoticeSpec>) : new Map(before);
  copied.add(notices);
  return notices.set(refKey(spec), spec);
};

/**
 * A judge that verifies each object once, as long as the mirror keeps it: a signature costs about a fifth of a millisecond, and a slice may have a
 * thousand peers.
 *
 * ```
 * claim of a cluster      pinned and accepted by the rules for members; the first authority of a cluster is pinned on first sight
 * peer with a statement   accepted by the same rules; a refused one leaves in force what was accepted before
 * peer without an object  its statement is no longer in force, and no older one is accepted again
 * ```
 */
export const createFollowPeers = (readRoot: ReadRoot): FollowPeers => {
  /** By UID of the slice, so that a slice that comes back is judged again. */
  const judgements = new Map<string, WeakMap<object, Judged>>();

  const judgeOnce = (draft: Draft, slice: SliceTrust, spec: NoticeSpec): Judgement => {
    const { ledger, refusal, pin, isEnd } = accept(slice.ledger, spec, nodeContext(slice, draft, readRoot, draft.now));
    // In one step with the ledger: both are stored before the node acts on them.
    if (pin !== undefined) draft.roots.set(spec.cluster, pin);
    const isLatest = entryOf(ledger, spec)?.digest === sha256Hex(Buffer.from(spec.statement, 'utf8'));
    const isKnown = slice.notices.get(refKey(spec))?.statement === spec.statement;
    const notices = isLatest && !isKnown ? withNotice(draft, slice.notices, spec) : slice.notices;
    const next = ledger === slice.ledger && notices === slice.notices ? slice : { ...slice, ledger, notices };
    draft.slices.set(slice.sliceUID, next);
    return { slice: next, refusal, isEnd: isEnd === true };
  };

  /** A cluster that joined again shows another authority, and the farewell that ended the pinned one. */
  const judgeWithFarewells = (draft: Draft, slice: SliceTrust, spec: NoticeSpec): Judgement => {
    const first = judgeOnce(draft, slice, spec);
    if (first.refusal?.code !== 'AuthorityChanged') return first;
    for (const farewell of farewellsIn(spec)) {
      const ended = judgeOnce(draft, first.slice, farewell);
      if (ended.isEnd) return judgeOnce(draft, ended.slice, spec);
    }
    return first;
  };

  const judge = (draft: Draft, slice: SliceTrust, object: object, spec: NoticeSpec): SliceTrust => {
    const judged = judgements.get(slice.sliceUID) ?? new WeakMap<object, Judged>();
    judgements.set(slice.sliceUID, judged);
    const last = judged.get(object);
    const isDue = last?.refusal !== undefined && (last.ledger !== slice.ledger || draft.now - last.at >= againMs);
    if (last !== undefined && !isDue) return slice;
    const { slice: next, refusal } = judgeWithFarewells(draft, slice, spec);
    const since = last?.refusal === undefined ? draft.now : last.since;
    judged.set(object, { refusal: refusal?.message, since, at: draft.now, ledger: next.ledger });
    return next;
  };

  const followSlice = (draft: Draft, one: VerifiedSlice, claims: readonly Notice[], peers: readonly SlicePeer[]): SliceTrust => {
    const known = draft.slices.get(one.sliceUID);
    const begun = known ?? { ...one, ledger: emptyLedger, notices: new Map() };
    if (known === undefined) judgements.delete(one.sliceUID);
    let slice = withoutEnded(begun, new Set(peers.map(({ spec }) => `${spec.cluster}/${spec.node}`)), draft.now);
    draft.slices.set(one.sliceUID, slice);
    for (let pass = 0; pass < maxPasses; pass += 1) {
      const { ledger } = slice;
      for (const claim of claims) slice = judge(draft, slice, claim, claim.spec);
      for (const peer of peers) {
        const spec = noticeIn(peer);
        if (spec !== undefined) slice = judge(draft, slice, peer, spec);
      }
      if (slice.ledger === ledger) break;
    }
    return slice;
  };

  /** Carries out new orders. A peer of the cluster is judged again, since all that was accepted of it is gone. */
  const forgetClusters = (draft: Draft, orders: ReadonlyMap<string, ForgetOrder>): void => {
    for (const [cluster, { id }] of orders) {
      if (draft.forgotten.get(cluster) === id) continue;
      draft.forgotten.set(cluster, id);
      drop(draft, cluster);
    }
  };

  const drop = (draft: Draft, cluster: string): void => {
    draft.roots.delete(cluster);
    for (const [uid, slice] of draft.slices) draft.slices.set(uid, withoutCluster(slice, cluster));
    judgements.clear();
  };

  /** Drops everything of clusters whose pinned authority is revoked, also without an order to forget them. */
  const dropRevoked = (draft: Draft): void => {
    for (const [cluster, orders] of draft.orders) {
      const certificate = draft.roots.get(cluster);
      if (certificate !== undefined && isRevokedCertificate(orders, certificate)) drop(draft, cluster);
    }
  };

  return (before, { slices, claims, peers, forget, orders = before.orders }, now) => {
    const draft: Draft = {
      orders,
      roots: new Map(before.roots),
      forgotten: new Map(before.forgotten),
      slices: new Map(before.slices),
      copied: new Set(),
      now,
    };
    forgetClusters(draft, forget);
    dropRevoked(draft);

    const standing = claims.filter(
      ({ spec, metadata }) => spec.kind === 'Cluster' && !forget.get(spec.cluster)?.notices.has(metadata.uid ?? ''),
    );
    let { isSigned } = before;
    for (const one of slices) {
      const ofSlice = peers.filter(({ spec }) => spec.slice === one.slice);
      const about = standing.filter(({ metadata }) => metadata.labels?.[sliceLabel] === one.slice);
      const { ledger } = followSlice(draft, one, about, ofSlice);
      isSigned ||= ofSlice.some(({ spec }) => spec.statement !== undefined && statementOf(ledger, 'Node', spec.cluster, spec.node));
    }
    const uids = new Map(slices.map(({ slice, sliceUID }) => [slice, sliceUID]));
    const { roots, forgotten, slices: after } = draft;
    return {
      trust: sameTrust(before, draft, isSigned) ? before : { roots, isSigned, forgotten, orders, slices: after },
      refusalOf: (object) => {
        const { slice, cluster } = object.spec;
        const judged = judgements.get(uids.get(slice) ?? '');
        const last = judged?.get(object);
        if (last?.refusal === undefined || now - last.since < graceMs) return undefined;
        // The cause is often that the claim of its cluster is refused.
        const claim = standing.find(({ spec, metadata }) => spec.cluster === cluster && metadata.labels?.[sliceLabel] === slice);
        const cause = claim === undefined ? undefined : judged?.get(claim)?.refusal;
        return cause === undefined ? last.refusal : `${last.refusal} ${cause}`;
      },
    };
  };
};

/** The statement that an object delivers, as a notice; undefined for an object of an older worker. */
const noticeIn = ({ spec: { cluster, node, statement, signature = '', chain } }: SlicePeer): NoticeSpec | undefined =>
  statement === undefined
    ? undefined
    : { cluster, kind: 'Node', subject: node, statement, signature, ...(chain === undefined ? {} : { chain }) };

const sameTrust = (before: PeerTrust, { roots, forgotten, orders, slices }: Draft, isSigned: boolean): boolean =>
  before.isSigned === isSigned &&
  sameEntries(before.roots, roots) &&
  sameEntries(before.forgotten, forgotten) &&
  sameOrders(before.orders, orders) &&
  sameEntries(before.slices, slices);

const sameOrders = (a: PeerTrust['orders'], b: PeerTrust['orders']): boolean =>
  a === b || (a.size === b.size && JSON.stringify([...a]) === JSON.stringify([...b]));

const sameEntries = <T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
