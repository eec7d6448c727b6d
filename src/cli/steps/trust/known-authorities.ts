import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../../api/places.ts';
import { type AuthorityOrders, readAuthorityOrders } from '../../../exchange/trust/authority-orders.ts';
import { offersIn, pinsIn, replacedIn } from '../../../exchange/trust/pin-data.ts';
import { type Root, readRoot } from '../../../identity/root.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import type { OpenCluster } from '../open-cluster.ts';
import { joinedAs } from './joined-as.ts';

/** What a member knows of the authorities of other clusters. */
export interface KnownAuthorities {
  /** Name of the member itself. */
  readonly own: string;
  /** PEM by cluster. */
  readonly pinned: Readonly<Record<string, string>>;
  /** Orders of administrators, by cluster. */
  readonly orders: ReadonlyMap<string, AuthorityOrders>;
  /** Every cluster of which the member knows an authority, sorted. */
  readonly clusters: readonly string[];
  /** The pinned authority of a cluster. */
  pin(cluster: string): Root | undefined;
  /** Authorities that are presented for a cluster and refused. */
  offered(cluster: string): readonly Root[];
  /** Authorities that were pinned for a cluster before. */
  replaced(cluster: string): readonly Root[];
}

/**
 * Reads what a member knows of the authorities of other clusters.
 *
 * @throws Failure NotFound for a cluster that is no member, or is of a version without orders about authorities.
 */
export const knownAuthorities = async ({ client, context }: OpenCluster, signal: AbortSignal): Promise<KnownAuthorities> => {
  const find = (name: string) => client.find(configMapKind, { namespace: memberNamespace, name }, { signal });
  const [trust, ordered, joined] = await Promise.all([find(trustConfigMap), find(forgottenConfigMap), joinedAs(client, signal)]);
  if (trust === undefined || joined === undefined)
    throw new Failure('NotFound', `Context "${context}" is no member cluster: it has not joined a hub; name a member with --context.`);
  if (ordered === undefined)
    throw new Failure(
      'NotFound',
      `Context "${context}" has no ConfigMap ${memberNamespace}/${forgottenConfigMap}, so its nodes would learn nothing of the order; upgrade it with "kubeslice join".`,
    );
  const data = trust.data ?? {};
  const pinned = pinsIn(data);
  const read = (cluster: string, certificates: readonly string[]): Root[] =>
    certificates.flatMap((certificate) => readable(certificate, { ...joined, cluster }) ?? []);
  return {
    own: joined.cluster,
    pinned,
    orders: readAuthorityOrders(ordered.data),
    clusters: [...new Set(Object.keys(data).map((key) => key.replace(/\..*$/, '')))].toSorted(),
    pin: (cluster) => read(cluster, Object.hasOwn(pinned, cluster) ? [pinned[cluster] ?? ''] : [])[0],
    offered: (cluster) => read(cluster, offersIn(data, cluster)),
    replaced: (cluster) => read(cluster, replacedIn(data, cluster)),
  };
};

const readable = (certificate: string, owner: { readonly cluster: string; readonly project: string }): Root | undefined => {
  try {
    return readRoot(certificate, owner);
  } catch {
    return undefined;
  }
};

/** A fingerprint as people may write it, in the form in which it is compared. @throws Failure InvalidInput for another text. */
export const checkedFingerprint = (text: string): string => {
  const fingerprint = text.toLowerCase();
  if (/^sha256:[0-9a-f]{64}$/.test(fingerprint)) return fingerprint;
  throw new Failure(
    'InvalidInput',
    `"${text}" is no fingerprint of an authority; give "sha256:" and 64 hexadecimal digits, as "kubeslice trust show" prints it there.`,
  );
};
