import { multicluster } from '../../api/groups.ts';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import { mcsDefinitionNames, mcsServiceExportKind, mcsServiceImportKind } from '../../api/mcs/kinds.ts';
import { isOwnDefinition, planMcsCrds } from '../../install/upstream-crds.ts';
import type { Client } from '../../kubernetes/client.ts';
import { customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import { applyFreeDefinitions, findDefinition, servedKind } from './free-definitions.ts';
import { type Patience, removeAllOf, removeAndWait } from './removing/remove.ts';

/** Installs the kinds of the Multi-Cluster Services API where nobody else has; see {@link applyFreeDefinitions}. */
export const applyMcsDefinitions = (client: Client, version: string, signal: AbortSignal): Promise<string[]> =>
  applyFreeDefinitions(client, planMcsCrds(), version, signal);

const { versions } = multicluster;

/** Removes the ServiceImports of that API that KubeSlice wrote. */
export const removeMcsImports = async (client: Client, patience: Patience): Promise<void> => {
  const kind = servedKind(await findDefinition(client, mcsDefinitionNames.imports, patience.signal), versions, mcsServiceImportKind);
  if (kind !== undefined) await removeAllOf(client, kind, { labelSelector: `${managedByLabel}=${managedBy}` }, patience);
};

/**
 * Removes the definitions of that API if KubeSlice installed them and no object of anybody is left. With the definitions their objects would be lost.
 *
 * @returns a sentence about definitions that stay although KubeSlice installed them; undefined otherwise.
 */
export const removeMcsDefinitions = async (client: Client, patience: Patience): Promise<string | undefined> => {
  const { signal } = patience;
  await removeMcsImports(client, patience);
  const { exports, imports } = mcsDefinitionNames;
  const found = await Promise.all([findDefinition(client, exports, signal), findDefinition(client, imports, signal)]);
  const own = found.filter((definition) => definition !== undefined && isOwnDefinition(definition));
  if (own.length === 0) return undefined;
  const kinds = [servedKind(found[0], versions, mcsServiceExportKind), servedKind(found[1], versions, mcsServiceImportKind)];
  const counts = await Promise.all(
    kinds.map(async (kind) => (kind === undefined ? 0 : (await client.list(kind, { signal })).items.length)),
  );
  const left = counts.reduce((sum, count) => sum + count, 0);
  if (left > 0) {
    const objects = left === 1 ? '1 object of them exists' : `${left} objects of them exist`;
    return `the kinds of the Multi-Cluster Services API (${multicluster.group}) stay, because ${objects}; "kubectl delete crd ${exports} ${imports}" removes both`;
  }
  for (const name of [exports, imports]) await removeAndWait(client, customResourceDefinitionKind, { name }, patience);
  return undefined;
};
