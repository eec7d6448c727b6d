import { stamped } from '../../install/crds.ts';
import { resourceKindOf } from '../../install/kinds.ts';
import type { Client } from '../../kubernetes/client.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import { type NewerDefinition, newerDefinitions } from '../../plan/slices/newer-definitions.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { waitFor } from './wait-for.ts';

const establishMs = 60_000;

/**
 * Applies the definitions of a version's kinds and waits until objects of these kinds can be written. Definitions of a newer version stay.
 *
 * @returns a sentence for each version whose definitions stay.
 */
export const applyDefinitions = async (
  client: Client,
  definitions: readonly CustomResourceDefinition[],
  version: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const found = await Promise.all(
    definitions.map(({ metadata }) => client.find(customResourceDefinitionKind, { name: metadata.name }, { signal })),
  );
  const newer = newerDefinitions(
    found.filter((each) => each !== undefined),
    version,
  );
  for (const definition of definitions) {
    if (newer.some(({ name }) => name === definition.metadata.name)) continue;
    await client.apply(customResourceDefinitionKind, stamped(definition, version), { signal });
  }
  for (const { metadata } of definitions) {
    await waitFor<CustomResourceDefinition>({
      client,
      kind: customResourceDefinitionKind,
      target: { name: metadata.name },
      until: (seen) => seen?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true,
      timeoutMs: establishMs,
      signal,
      late: () => `The API server does not serve ${metadata.name} after ${establishMs / 1000} s; see its log, then run this again.`,
    });
  }
  return [...Map.groupBy(newer, (each) => each.version)].map(sentenceAbout);
};

const sentenceAbout = ([version, kept]: readonly [string, readonly NewerDefinition[]]): string =>
  `${kept.length === 1 ? '1 kind stays' : `${kept.length} kinds stay`} as KubeSlice ${version} defined ${kept.length === 1 ? 'it' : 'them'}, because without that fields of stored objects would be lost: ${kept.map(({ name }) => name).join(', ')}`;

/** Applies objects in the given order. */
export const applyAll = async (client: Client, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<void> => {
  for (const object of objects) await client.apply(resourceKindOf(object), object, { signal });
};
