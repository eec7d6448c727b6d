import { aboutCrd } from '../api/about/definitions.ts';
import { managedBy, managedByLabel } from '../api/labels.ts';
import { mcsCrdOf, mcsKinds } from '../api/mcs/definitions.ts';
import type { CustomResourceDefinition } from '../values/builtin/custom-resource-definition.ts';

/**
 * The CustomResourceDefinitions of the Multi-Cluster Services API for a member cluster. They are installed only where nobody else has installed any:
 * other implementations bring the same kinds.
 */
export const planMcsCrds = (): CustomResourceDefinition[] => mcsKinds.map((kind) => mcsCrdOf(kind) as CustomResourceDefinition);

/** The CustomResourceDefinition of properties of a cluster (KEP-2149) for a member cluster, installed only where nobody else has. */
export const planAboutCrd = (): CustomResourceDefinition => aboutCrd() as CustomResourceDefinition;

/** Whether a definition of those APIs is one that KubeSlice installed; any other one is never changed or removed. */
export const isOwnDefinition = ({ metadata }: Pick<CustomResourceDefinition, 'metadata'>): boolean =>
  metadata.labels?.[managedByLabel] === managedBy;
