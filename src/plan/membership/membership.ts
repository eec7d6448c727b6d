import { clusterLabel, managedBy, managedByLabel, sliceLabel } from '../../api/labels.ts';
import { type Membership, type MembershipSpec, membershipName } from '../../api/membership/type.ts';
import { exchangeNamespace } from '../../api/places.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';

/**
 * The membership of a cluster in a slice, with its address blocks. The slice does not own the object: the object outlives the slice to show that the
 * membership ended.
 */
export const planMembership = (
  slice: Slice,
  project: string,
  cluster: string,
  blocks: readonly string[],
  access?: MembershipSpec['access'],
): Membership => {
  const { name, namespace = '', uid = '' } = slice.metadata;
  return {
    apiVersion: 'exchange.kubeslice.io/v1alpha1',
    kind: 'Membership',
    metadata: {
      name: membershipName(name, cluster),
      namespace,
      labels: { [managedByLabel]: managedBy, [sliceLabel]: name, [clusterLabel]: cluster },
    },
    spec: {
      project,
      slice: name,
      sliceUID: uid,
      cluster,
      exchangeNamespace: exchangeNamespace(uid),
      sliceSubnet: slice.spec.sliceSubnet,
      namespaces: memberNamespaces(slice.spec),
      blocks: [...blocks],
      driver: slice.spec.tunnel?.driver ?? 'Auto',
      ...(access === undefined ? {} : { access }),
      ...(slice.spec.statements === undefined ? {} : { expiry: slice.spec.statements.expiry }),
    },
  };
};
