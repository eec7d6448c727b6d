import { about } from '../groups.ts';
import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { upstreamCrdOf } from '../upstream-crd.ts';
import { clusterPropertyKind } from './kinds.ts';
import { clusterPropertySpec } from './schema.ts';

const clusterProperty: KindDefinition = {
  resource: clusterPropertyKind(about.versions[0]),
  description: 'A ClusterProperty is a fact about this cluster, such as its name in a clusterset (KEP-2149).',
  shortNames: [],
  where: ['member'],
  spec: clusterPropertySpec,
  columns: [{ name: 'Value', type: 'string', jsonPath: '.spec.value', description: 'Value of the property.' }, ageColumn],
};

/** Groups of Kubernetes itself name where they were approved; the API server refuses other definitions in them. */
const approval = {
  'api-approved.kubernetes.io': 'https://github.com/kubernetes/enhancements/tree/master/keps/sig-multicluster/2149-clusterid',
};

/** The definition of ClusterProperty. It is not in our catalogue: other implementations define it too. */
export const aboutCrd = () => {
  const definition = upstreamCrdOf(clusterProperty, about.versions);
  return { ...definition, metadata: { ...definition.metadata, annotations: approval } };
};
