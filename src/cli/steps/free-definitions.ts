import { stamped } from '../../install/crds.ts';
import { isOwnDefinition } from '../../install/upstream-crds.ts';
import type { Client } from '../../kubernetes/client.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { applyDefinitions } from './apply-all.ts';

/** The definition of that name, if there is one. */
export const findDefinition = (client: Client, name: string, signal: AbortSignal): Promise<CustomResourceDefinition | undefined> =>
  client.find(customResourceDefinitionKind, { name }, { signal });

/**
 * Installs kinds that other implementations define too, or updates those that KubeSlice installed. Where somebody else has installed one of them, all stay
 * as they are.
 *
 * @returns sentences about definitions that stay.
 */
export const applyFreeDefinitions = async (
  client: Client,
  wanted: readonly CustomResourceDefinition[],
  version: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const found = await Promise.all(wanted.map(({ metadata }) => findDefinition(client, metadata.name, signal)));
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

/** A kind in the first of these versions that its definition serves; undefined when it serves none of them, or there is none. */
export const servedKind = <V extends string>(
  definition: CustomResourceDefinition | undefined,
  versions: readonly V[],
  kindOf: (version: V) => ResourceKind,
): ResourceKind | undefined => {
  const version = versions.find((name) => definition?.spec.versions.some((one) => one.name === name && one.served) === true);
  return version === undefined ? undefined : kindOf(version);
};
