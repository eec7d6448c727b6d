import { clusterLabel, managedBy, managedByLabel, sliceLabel } from '../../api/labels.ts';
import { type Membership, membershipName } from '../../api/membership/type.ts';
import { exchangeNamespace } from '../../api/places.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';

/** What a cluster of a project is told about its part in a slice, with the address blocks that are its own from now on. */
export const planMembership = (slice: Slice, project: string, cluster: string, blocks: readonly string[]): Membership => {
  const { name, namespace = '', uid = '' } = slice.metadata;
  return {
    apiVersion: 'exchange.kubeslice.io/v1alpha1',
    kind: 'Membership',
    metadata: {
      name: membershipName(name, cluster),
      namespace,
      labels: { [managedByLabel]: managedBy, [sliceLabel]: name, [clusterLabel]: cluster },
      ownerReferences: [{ apiVersion: slice.apiVersion, kind: slice.kind, name, uid }],
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
    },
  };
};
