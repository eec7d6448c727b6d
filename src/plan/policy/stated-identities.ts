import type { AccessPeer } from '../../api/accesspolicy/type.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { NodeBody } from '../../exchange/statement/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { compareText, sortedBy } from '../../values/text/order.ts';

/** What a node states of its pods. */
export type StatedIdentities = Pick<NodeBody, 'pods' | 'labelKeys'>;

/** Bytes of identities in the statement of a node: the rest of a statement needs few. */
const maxBytes = 24_000;

type StoredSelector = NonNullable<AccessPeer['podSelector']>;

const keysOf = ({ matchLabels = {}, matchExpressions = [] }: StoredSelector = {}): string[] => [
  ...Object.keys(matchLabels),
  ...matchExpressions.map(({ key }) => key),
];

/** Keys of the labels that the policies of a slice ask for; no other label leaves a cluster. */
export const labelKeys = ({ policies = [] }: NonNullable<MembershipSpec['access']>): string[] => {
  const keys = policies.flatMap(({ to, from = [] }) =>
    [to?.podSelector, ...from.map(({ podSelector }) => podSelector)].flatMap((selector) => keysOf(selector)),
  );
  return [...new Set(keys)].toSorted(compareText).slice(0, 64);
};

/**
 * The identities of the pods of a node, for its statement; nothing in a slice without policies on the hub. Pods whose object is not known, or that have
 * no service account (mirror pods of the kubelet), are left out, and so is what the statement has no room for: it counts as unknown.
 */
export const statedIdentities = (
  access: MembershipSpec['access'],
  sliceNode: SliceNode | undefined,
  podOf: (namespace: string, name: string) => Pod | undefined,
): StatedIdentities => {
  if (access === undefined) return {};
  const keys = labelKeys(access);
  const groups = new Map<string, { namespace: string; serviceAccount: string; labels: Record<string, string>; addresses: string[] }>();
  for (const [uid, { namespace, name, address }] of sortedBy(Object.entries(sliceNode?.status?.pods ?? {}), ([, pod]) => pod.address)) {
    const pod = podOf(namespace, name);
    const serviceAccount = pod?.spec?.serviceAccountName ?? '';
    if (pod?.metadata.uid !== uid || serviceAccount === '') continue;
    const labels = Object.fromEntries(
      keys.flatMap((key) => (pod.metadata.labels?.[key] === undefined ? [] : [[key, pod.metadata.labels[key]]])),
    );
    const key = JSON.stringify([namespace, serviceAccount, labels]);
    const group = groups.get(key) ?? { namespace, serviceAccount, labels, addresses: [] };
    group.addresses.push(address);
    groups.set(key, group);
  }
  let bytes = 0;
  const pods = sortedBy(groups.values(), (group) => JSON.stringify(group)).filter((group) => {
    bytes += JSON.stringify(group).length;
    return bytes <= maxBytes;
  });
  return { pods: pods.map(({ labels, ...group }) => (Object.keys(labels).length === 0 ? group : { ...group, labels })), labelKeys: keys };
};
