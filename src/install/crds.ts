import { catalogue } from '../api/catalogue.ts';
import { crdOf } from '../api/crd.ts';
import { versionAnnotation } from '../api/labels.ts';
import type { CustomResourceDefinition } from '../values/builtin/custom-resource-definition.ts';

/** Which side of a fleet something is installed on. */
export type Side = 'hub' | 'member';

/** The CustomResourceDefinitions that a side needs, in the order of the catalogue. */
export const planCrds = (side: Side): CustomResourceDefinition[] =>
  catalogue.filter((kind) => kind.where.includes(side)).map((kind) => crdOf(kind) as CustomResourceDefinition);

/** A definition with the version of the KubeSlice that it belongs to. */
export const stamped = (definition: CustomResourceDefinition, version: string): CustomResourceDefinition => ({
  ...definition,
  metadata: { ...definition.metadata, annotations: { ...definition.metadata.annotations, [versionAnnotation]: version } },
});
