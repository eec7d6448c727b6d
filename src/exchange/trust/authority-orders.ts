import { X509Certificate } from 'node:crypto';
import { certificateFingerprint, keyFingerprint } from '../../identity/fingerprint.ts';
import type { Root } from '../../identity/root.ts';
import { encodeBase64 } from '../../values/text/base64.ts';
import { readJson } from '../../values/text/read-json.ts';

/** When an order was given, and who gave it. */
interface Given {
  /** RFC 3339. */
  readonly at: string;
  /** As the API server knows that person. */
  readonly by: string;
}

/** An order about one authority. */
export interface AuthorityMark extends Given {
  /** Fingerprint of the certificate. */
  readonly fingerprint: string;
  /** Fingerprint of its key, where the certificate was known: another certificate of the same key is the same authority. */
  readonly key?: string;
}

/** The acceptance of one authority, or of none. */
export type Acceptance = AuthorityMark | (Given & { readonly none: true });

/** What administrators of this cluster ordered about the authorities of another one. */
export interface AuthorityOrders {
  /** The only authority that may be pinned where none is. Undefined without an order: then the first that is seen is pinned. */
  readonly accepted: Acceptance | undefined;
  /** Authorities that count here for nothing any more. */
  readonly revoked: readonly AuthorityMark[];
}

/** No order. */
export const noOrders: AuthorityOrders = { accepted: undefined, revoked: [] };

/**
 * The orders about one cluster as a patch of the data of the ConfigMap; null removes an entry. Names of clusters have no dots, so these keys are no
 * orders to forget one.
 */
export const orderData = (cluster: string, { accepted, revoked }: AuthorityOrders): Readonly<Record<string, string | null>> => ({
  [`${cluster}.accepted`]: accepted === undefined ? null : JSON.stringify(accepted),
  [`${cluster}.revoked`]: revoked.length === 0 ? null : JSON.stringify(revoked),
});

/** The data of the ConfigMap from which {@link readAuthorityOrders} reads the same orders. */
export const writeAuthorityOrders = (all: ReadonlyMap<string, AuthorityOrders>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...all].flatMap(([cluster, orders]) =>
      Object.entries(orderData(cluster, orders)).flatMap(([key, text]) => (text === null ? [] : [[key, text]])),
    ),
  );

const unreadable: Acceptance = { none: true, at: '', by: '' };

/** Without a library for schemas, which agents do not load before they have a slice. */
const isMark = (value: unknown): value is AuthorityMark => {
  if (typeof value !== 'object' || value === null) return false;
  const { fingerprint, key = '', at, by } = value as Partial<AuthorityMark>;
  return [fingerprint, key, at, by].every((text) => typeof text === 'string');
};

const readAcceptance = (text: string): Acceptance => {
  const value = readJson(text) as (Partial<Given> & { readonly none?: unknown }) | null | undefined;
  if (isMark(value)) return value;
  return value?.none === true ? { none: true, at: String(value.at), by: String(value.by) } : unreadable;
};

const readRevoked = (text: string): readonly AuthorityMark[] | undefined => {
  const value = readJson(text);
  return Array.isArray(value) && value.every(isMark) ? value : undefined;
};

/** Reads the orders in the data of the ConfigMap, by cluster. What cannot be read counts as the acceptance of none. */
export const readAuthorityOrders = (data: Readonly<Record<string, string>> = {}): ReadonlyMap<string, AuthorityOrders> => {
  const found = new Map<string, AuthorityOrders>();
  for (const [name, text] of Object.entries(data)) {
    const [, cluster, what] = /^([^.]+)\.(accepted|revoked)$/.exec(name) ?? [];
    if (cluster === undefined) continue;
    const before = found.get(cluster) ?? noOrders;
    if (what === 'accepted') found.set(cluster, { ...before, accepted: before.accepted ?? readAcceptance(text) });
    else {
      const revoked = readRevoked(text);
      found.set(cluster, revoked === undefined ? { ...before, accepted: unreadable } : { ...before, revoked });
    }
  }
  return found;
};

/** What orders compare. */
type Keyed = Pick<Root, 'fingerprint' | 'publicKey'>;

/** An order about an authority, given at a time (RFC 3339) by somebody. */
export const markOf = (root: Root, at: string, by: string): AuthorityMark => ({ fingerprint: root.fingerprint, key: keyOf(root), at, by });

/** Whether an order is about an authority. */
export const isMarked = ({ fingerprint, key }: AuthorityMark, root: Keyed): boolean =>
  fingerprint === root.fingerprint || (key !== undefined && key === keyOf(root));

/** Whether an authority is revoked here. */
export const isRevoked = ({ revoked }: AuthorityOrders, root: Root): boolean => revoked.some((one) => isMarked(one, root));

/** A chain of authorities up to the first that is revoked here: what that one signed counts no longer, nor does what is behind it. */
export const untilRevoked = (chain: readonly Root[], orders: AuthorityOrders): readonly Root[] => {
  const end = chain.findIndex((root) => isRevoked(orders, root));
  return end === -1 ? chain : chain.slice(0, end);
};

/** Whether the authority with a certificate (PEM, of any content) is revoked here. */
export const isRevokedCertificate = ({ revoked }: AuthorityOrders, certificate: string): boolean => {
  if (revoked.length === 0) return false;
  try {
    const read = new X509Certificate(certificate);
    return revoked.some((one) => isMarked(one, { fingerprint: certificateFingerprint(read), publicKey: read.publicKey }));
  } catch {
    return false;
  }
};

const keyOf = (root: Pick<Root, 'publicKey'>): string =>
  keyFingerprint(encodeBase64(root.publicKey.export({ type: 'spki', format: 'der' })));
