import { resourceKindOf } from '../../../install/kinds.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import { waitFor } from './wait-for.ts';

const establishMs = 60_000;

/** Applies definitions of kinds and waits until objects of these kinds can be written. */
export const applyDefinitions = async (
  client: Client,
  definitions: readonly CustomResourceDefinition[],
  signal: AbortSignal,
): Promise<void> => {
  for (const definition of definitions) await client.apply(customResourceDefinitionKind, definition, { signal });
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
};

/** Applies objects in the given order. */
export const applyAll = async (client: Client, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<void> => {
  for (const object of objects) await client.apply(resourceKindOf(object), object, { signal });
};
