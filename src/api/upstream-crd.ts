import { crdOf } from './crd.ts';
import type { KindDefinition } from './kind-definition.ts';

/**
 * The definition of a kind of Kubernetes' own multi-cluster APIs, with one schema in every version, the first of which is stored. An object needs no spec
 * where the API demands none, and `kubectl get kubeslice` lists our own kinds only.
 */
export const upstreamCrdOf = (kind: KindDefinition, names: readonly string[]) => {
  const { spec, ...crd } = crdOf(kind);
  const { categories: _, ...ofKind } = spec.names;
  const scope = kind.resource.namespaced ? 'Namespaced' : 'Cluster';
  const [served] = spec.versions;
  if (served === undefined) return { ...crd, spec: { ...spec, scope, names: ofKind } };
  const { required, ...schema } = served.schema.openAPIV3Schema;
  const isOptional = kind.spec.safeParse({}).success;
  const openAPIV3Schema = isOptional ? schema : { ...schema, required };
  const versions = names.map((name, index) => ({ ...served, name, storage: index === 0, schema: { openAPIV3Schema } }));
  return { ...crd, spec: { ...spec, scope, names: ofKind, versions } };
};
