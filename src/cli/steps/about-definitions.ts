import { clusterPropertyDefinitionName, clusterPropertyKind } from '../../api/about/kinds.ts';
import { about } from '../../api/groups.ts';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import { isOwnDefinition, planAboutCrd } from '../../install/upstream-crds.ts';
import type { Client } from '../../kubernetes/client.ts';
import { customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import { applyFreeDefinitions, findDefinition, servedKind } from './free-definitions.ts';
import { type Patience, removeAllOf, removeAndWait } from './removing/remove.ts';

/** Installs the kind ClusterProperty (KEP-2149) where nobody else has; see {@link applyFreeDefinitions}. */
export const applyAboutDefinition = (client: Client, version: string, signal: AbortSignal): Promise<string[]> =>
  applyFreeDefinitions(client, [planAboutCrd()], version, signal);

const find = async (client: Client, signal: AbortSignal) => {
  const definition = await findDefinition(client, clusterPropertyDefinitionName, signal);
  return { definition, kind: servedKind(definition, about.versions, clusterPropertyKind) };
};

/** Removes the properties of this cluster that KubeSlice wrote. */
export const removeClusterProperties = async (client: Client, patience: Patience): Promise<void> => {
  const { kind } = await find(client, patience.signal);
  if (kind !== undefined) await removeAllOf(client, kind, { labelSelector: `${managedByLabel}=${managedBy}` }, patience);
};

/**
 * Removes the definition of ClusterProperty if KubeSlice installed it and no property of anybody is left. With the definition they would be lost.
 *
 * @returns a sentence about the definition if it stays although KubeSlice installed it; undefined otherwise.
 */
export const removeAboutDefinition = async (client: Client, patience: Patience): Promise<string | undefined> => {
  const { signal } = patience;
  await removeClusterProperties(client, patience);
  const { definition, kind } = await find(client, signal);
  if (definition === undefined || !isOwnDefinition(definition)) return undefined;
  const left = kind === undefined ? 0 : (await client.list(kind, { signal })).items.length;
  const name = clusterPropertyDefinitionName;
  if (left > 0) {
    const objects = left === 1 ? '1 object of it exists' : `${left} objects of it exist`;
    return `the kind ClusterProperty (${about.group}) stays, because ${objects}; "kubectl delete crd ${name}" removes both`;
  }
  await removeAndWait(client, customResourceDefinitionKind, { name }, patience);
  return undefined;
};
