import { X509Certificate } from 'node:crypto';
import type { Notice } from '../../api/notice/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { AuthorityOrders } from '../../exchange/trust/authority-orders.ts';
import { fingerprintOf, keyFingerprint } from '../../identity/fingerprint.ts';
import { ownCluster } from '../../plan/facts/own-cluster.ts';
import { sortedBy } from '../../values/text/order.ts';
import { readJson } from '../../values/text/read-json.ts';

/** The authority of a cluster, as a member knows it. */
export interface ShownAuthority {
  readonly cluster: string;
  /** Whether it is that of the member itself. */
  readonly own: boolean;
  /** Undefined for a certificate that cannot be read. */
  readonly fingerprint?: string | undefined;
  /** RFC 3339. */
  readonly validUntil?: string | undefined;
}

/** The key by which a node of the member proves who it is. */
export interface ShownNode {
  readonly node: string;
  /** Undefined while its agent has published none. */
  readonly key?: string | undefined;
  /** When its certificate ends, RFC 3339; undefined while it has none for its key. */
  readonly validUntil?: string | undefined;
}

/** An order of an administrator about an authority of another cluster. */
export interface ShownOrder {
  readonly cluster: string;
  readonly order: 'revoked' | 'accepted' | 'none accepted';
  /** Undefined for the acceptance of none. */
  readonly fingerprint?: string | undefined;
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
}

/** Authorities and nodes by which a member verifies, and is verified. */
export interface TrustView {
  readonly authorities: readonly ShownAuthority[];
  readonly orders: readonly ShownOrder[];
  readonly nodes: readonly ShownNode[];
}

/** What was read of a member. */
export interface TrustObjects {
  /** Pinned certificates by cluster, PEM. */
  readonly pinned: Readonly<Record<string, string>>;
  /** By cluster. */
  readonly orders: ReadonlyMap<string, AuthorityOrders>;
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
  readonly notices: readonly Notice[];
}

/** The view of a member's trust, ordered by name, its own cluster first. */
export const trustView = ({ pinned, orders, slices, sliceNodes, notices }: TrustObjects): TrustView => {
  const own = slices.map(ownCluster).find((name) => name !== undefined);
  const claimed = notices.flatMap(({ spec }) =>
    spec.kind === 'Cluster' && spec.cluster === own ? (certificateIn(spec.statement) ?? []) : [],
  )[0];
  const others = sortedBy(Object.entries(pinned), ([cluster]) => cluster);
  const names = [...new Set(sliceNodes.map(({ spec }) => spec.node))].toSorted();
  return {
    authorities: [
      ...(own === undefined || claimed === undefined ? [] : [authority(own, claimed, true)]),
      ...others.map(([cluster, certificate]) => authority(cluster, certificate, false)),
    ],
    orders: sortedBy([...orders], ([cluster]) => cluster).flatMap(([cluster, one]) => ordersOf(cluster, one)),
    nodes: names.map((node) =>
      nodeOf(
        node,
        sliceNodes.filter(({ spec }) => spec.node === node),
      ),
    ),
  };
};

const ordersOf = (cluster: string, { accepted, revoked }: AuthorityOrders): ShownOrder[] => [
  ...revoked.map(({ fingerprint, at, by }) => ({ cluster, order: 'revoked' as const, fingerprint, at, by })),
  ...(accepted === undefined
    ? []
    : 'fingerprint' in accepted
      ? [{ cluster, order: 'accepted' as const, fingerprint: accepted.fingerprint, at: accepted.at, by: accepted.by }]
      : [{ cluster, order: 'none accepted' as const, at: accepted.at, by: accepted.by }]),
];

const authority = (cluster: string, certificate: string, own: boolean): ShownAuthority => {
  const read = certificateOf(certificate);
  return {
    cluster,
    own,
    ...(read === undefined ? {} : { fingerprint: fingerprintOf(certificate), validUntil: read.validToDate.toISOString() }),
  };
};

/** A node has one key; it may have a certificate in each slice, of which the agent uses the one that ends last. */
const nodeOf = (node: string, sliceNodes: readonly SliceNode[]): ShownNode => {
  const key = sliceNodes.map(({ status }) => status?.identity?.publicKey).find((one) => one !== undefined);
  if (key === undefined) return { node };
  const ends = sliceNodes
    .flatMap(({ spec }) => certificateOf(spec.certificate ?? '') ?? [])
    .filter(({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }).toString('base64') === key)
    .map(({ validToDate }) => validToDate.toISOString())
    .toSorted();
  return { node, key: keyFingerprint(key), validUntil: ends.at(-1) };
};

const certificateOf = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
};

const certificateIn = (statement: string): string | undefined => {
  const { body } = (readJson(statement) ?? {}) as { readonly body?: { readonly caCertificate?: unknown } };
  return typeof body?.caCertificate === 'string' ? body.caCertificate : undefined;
};
