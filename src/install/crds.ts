import { catalogue } from '../api/catalogue.ts';
import { crdOf } from '../api/crd.ts';
import { versionAnnotation } from '../api/labels.ts';
import type { CustomResourceDefinition } from '../values/builtin/custom-resource-definition.ts';

/** A side of a fleet on which something is installed. */
export type Side = 'hub' | 'member';

/** The CustomResourceDefinitions of a side, in the order of the catalogue. */
export const planCrds = (side: Side): CustomResourceDefinition[] =>
  catalogue.filter((kind) => kind.where.includes(side)).map((kind) => crdOf(kind) as CustomResourceDefinition);

/** A definition with the version of its KubeSlice. */
export const stamped = (definition: CustomResourceDefinition, version: string): CustomResourceDefinition => ({
  ...definition,
  metadata: { ...definition.metadata, annotations: { ...definition.metadata.annotations, [versionAnnotation]: version } },
});
