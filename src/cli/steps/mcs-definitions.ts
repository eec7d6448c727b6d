import { multicluster } from '../../api/groups.ts';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import { type McsVersion, mcsDefinitionNames, mcsServiceExportKind, mcsServiceImportKind } from '../../api/mcs/kinds.ts';
import { stamped } from '../../install/crds.ts';
import { isOwnDefinition, planMcsCrds } from '../../install/mcs-crds.ts';
import type { Client } from '../../kubernetes/client.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { applyDefinitions } from './apply-all.ts';
import { type Patience, removeAllOf, removeAndWait } from './removing/remove.ts';

const find = (client: Client, name: string, signal: AbortSignal): Promise<CustomResourceDefinition | undefined> =>
  client.find(customResourceDefinitionKind, { name }, { signal });

/**
 * Installs the kinds of the Multi-Cluster Services API, or updates those that KubeSlice installed. Where somebody else has installed one of them, both
 * stay as they are.
 *
 * @returns sentences about definitions that stay.
 */
export const applyMcsDefinitions = async (client: Client, version: string, signal: AbortSignal): Promise<string[]> => {
  const wanted = planMcsCrds();
  const found = await Promise.all(wanted.map(({ metadata }) => find(client, metadata.name, signal)));
  if (found.some((definition) => definition !== undefined && !isOwnDefinition(definition))) return [];
  for (const [index, definition] of wanted.entries()) {
    if (found[index] !== undefined) continue;
    try {
      await client.create(customResourceDefinitionKind, stamped(definition, version), { signal });
    } catch (error) {
      // Somebody else has installed it meanwhile.
      if (Failure.is(error, 'AlreadyExists')) return [];
      throw error;
    }
  }
  return applyDefinitions(client, wanted, version, signal);
};

/** A kind of that API in a version that the cluster serves; undefined when it serves none that we know. */
const servedKind = (
  definition: CustomResourceDefinition | undefined,
  kindOf: (version: McsVersion) => ResourceKind,
): ResourceKind | undefined => {
  const version = multicluster.versions.find((name) => definition?.spec.versions.some((one) => one.name === name && one.served) === true);
  return version === undefined ? undefined : kindOf(version);
};

/** Removes the ServiceImports of that API that KubeSlice wrote. */
export const removeMcsImports = async (client: Client, patience: Patience): Promise<void> => {
  const kind = servedKind(await find(client, mcsDefinitionNames.imports, patience.signal), mcsServiceImportKind);
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
  const found = await Promise.all([find(client, exports, signal), find(client, imports, signal)]);
  const own = found.filter((definition) => definition !== undefined && isOwnDefinition(definition));
  if (own.length === 0) return undefined;
  const kinds = [servedKind(found[0], mcsServiceExportKind), servedKind(found[1], mcsServiceImportKind)];
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
