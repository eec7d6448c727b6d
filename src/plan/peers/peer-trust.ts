import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Rotation } from '../../api/rotations.ts';
import { recall } from '../../exchange/judgement/recall.ts';
import { revise } from '../../exchange/judgement/revise.ts';
import type { ExchangeContext } from '../../exchange/ledger/context.ts';
import { emptyLedger, entryOf, type Ledger, refKey } from '../../exchange/ledger/ledger.ts';
import { readNotice } from '../../exchange/notice/notice.ts';
import { isTombstone } from '../../exchange/statement/statement.ts';
import { type AuthorityOrders, noOrders, readAuthorityOrders, writeAuthorityOrders } from '../../exchange/trust/authority-orders.ts';
import { subnetLayout } from '../../values/address/subnet-layout.ts';
import { Failure } from '../../values/failure.ts';

/** Reads the certificate of an authority, possibly with a cache. */
export type ReadRoot = ExchangeContext['readRoot'];

/** A slice as a node verifies statements in it. */
export interface VerifiedSlice {
  readonly project: string;
  readonly slice: string;
  readonly sliceUID: string;
  readonly sliceSubnet: string;
}

/** What a node has accepted in one slice. */
export interface SliceTrust extends VerifiedSlice {
  /** The statements of clusters about themselves and about their nodes. Those in force about nodes are the peers that the node may have. */
  readonly ledger: Ledger;
  /** The accepted notices by `refKey`, from which the ledger is recalled after a restart. */
  readonly notices: ReadonlyMap<string, NoticeSpec>;
}

/**
 * What a node has accepted of clusters and their nodes, verified by itself: the worker of its cluster delivers statements, but cannot invent or change
 * one. An immutable value.
 */
export interface PeerTrust {
  /** The pinned authority of each cluster, its own included: PEM by cluster name. */
  readonly roots: ReadonlyMap<string, string>;
  /** Whether a peer with a statement was ever accepted: then the worker is one that delivers them, and a peer without is no longer accepted. */
  readonly isSigned: boolean;
  /** By cluster: the last order of an administrator to forget it that was carried out. */
  readonly forgotten: ReadonlyMap<string, string>;
  /** Orders of administrators about the authorities of a cluster, as they were delivered last. */
  readonly orders: ReadonlyMap<string, AuthorityOrders>;
  /** By UID of the slice. */
  readonly slices: ReadonlyMap<string, SliceTrust>;
}

/** A node that has accepted nothing yet. */
export const noTrust: PeerTrust = { roots: new Map(), isSigned: false, forgotten: new Map(), orders: new Map(), slices: new Map() };

/** Whether a cluster left every slice in which this node knows it. */
const departed = ({ slices }: Pick<PeerTrust, 'slices'>, cluster: string): boolean => {
  const known = [...slices.values()].flatMap(({ ledger }) => entryOf(ledger, { kind: 'Cluster', cluster, subject: cluster }) ?? []);
  return known.length > 0 && known.every(({ stated }) => isTombstone(stated));
};

/** The rotations of a cluster's authority beside the statements about itself that a node has accepted. */
export const rotationsOf = ({ slices }: Pick<PeerTrust, 'slices'>, cluster: string): readonly Rotation[] =>
  [...slices.values()].flatMap(({ notices }) => notices.get(refKey({ kind: 'Cluster', cluster, subject: cluster }))?.rotations ?? []);

/**
 * The context in which a node judges notices of a slice. It differs from that of a worker:
 * ```
 * own cluster        judged like every other
 * grants of the hub  not known here: a cluster may claim every address that belongs to no other cluster
 * expiry             the worker withdraws what expired, or holds it while the hub is away; an expired statement is not accepted for the first time
 * ```
 */
export const nodeContext = (
  { project, slice, sliceUID, sliceSubnet }: VerifiedSlice,
  trust: Pick<PeerTrust, 'roots' | 'slices' | 'orders'>,
  readRoot: ReadRoot,
  now: number,
): ExchangeContext => {
  const { subnet, pods } = subnetLayout(sliceSubnet);
  return {
    project,
    slice,
    sliceUID,
    cluster: '',
    subnet,
    pods,
    namespaces: new Set(),
    member: () => ({ blocks: pods, ended: false }),
    pinned: (cluster) => trust.roots.get(cluster),
    rotations: (cluster) => rotationsOf(trust, cluster),
    orders: (cluster) => trust.orders.get(cluster) ?? noOrders,
    readRoot,
    departed: (cluster) => departed(trust, cluster),
    holdExpired: true,
    now,
  };
};

interface Stored {
  readonly version: 1;
  readonly roots: Readonly<Record<string, string>>;
  readonly isSigned: boolean;
  readonly forgotten: Readonly<Record<string, string>>;
  /** In the form of the ConfigMap; absent in what an earlier version stored. */
  readonly orders?: Readonly<Record<string, string>>;
  readonly slices: readonly (VerifiedSlice & { readonly notices: readonly unknown[] })[];
}

/** The text from which {@link recallTrust} makes the same value. */
export const storeTrust = ({ roots, isSigned, forgotten, orders, slices }: PeerTrust): string => {
  const stored: Stored = {
    version: 1,
    roots: Object.fromEntries(roots),
    isSigned,
    forgotten: Object.fromEntries(forgotten),
    orders: writeAuthorityOrders(orders),
    slices: [...slices.values()].map(({ project, slice, sliceUID, sliceSubnet, notices }) => ({
      project,
      slice,
      sliceUID,
      sliceSubnet,
      notices: [...notices.values()],
    })),
  };
  return JSON.stringify(stored);
};

/**
 * Reads what {@link storeTrust} wrote. Signatures were verified before it was stored. A notice that cannot be read is left out; undefined for a text of
 * another form.
 */
export const recallTrust = (text: string, readRoot: ReadRoot, now: number): PeerTrust | undefined => {
  try {
    const { version, roots: stored, isSigned, forgotten, orders: texts, slices: all } = JSON.parse(text) as Stored;
    if (version !== 1) return undefined;
    const roots = new Map(Object.entries(stored).filter(([, pem]) => typeof pem === 'string'));
    const orders = readAuthorityOrders(texts);
    const slices = new Map<string, SliceTrust>();
    for (const { notices, ...slice } of all)
      slices.set(slice.sliceUID, recallSlice(slice, notices, { roots, slices, orders }, readRoot, now));
    return { roots, isSigned, forgotten: new Map(Object.entries(forgotten)), orders, slices };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || Failure.is(error, 'InvalidInput')) return undefined;
    throw error;
  }
};

const recallSlice = (
  slice: VerifiedSlice,
  stored: readonly unknown[],
  trust: Pick<PeerTrust, 'roots' | 'slices' | 'orders'>,
  readRoot: ReadRoot,
  now: number,
): SliceTrust => {
  const context = nodeContext(slice, trust, readRoot, now);
  const notices = new Map<string, NoticeSpec>();
  let ledger = emptyLedger;
  for (const one of stored) {
    const spec = readNotice(one);
    const next = typeof spec === 'string' ? undefined : recall(ledger, spec, now, context);
    if (next === undefined || typeof spec === 'string') continue;
    ledger = next;
    notices.set(refKey(spec), spec);
  }
  for (const cluster of ledger.clusters.keys()) ledger = revise(ledger, cluster, context).ledger;
  return { ...slice, ledger, notices };
};
