import { hubNamespace, memberNamespace } from '../../../api/places.ts';
import { planCrds, type Side } from '../../../install/crds.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { customResourceDefinitionKind, namespaceKind } from '../../../kubernetes/kinds.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';
import { type Patience, removeAndWait } from './remove.ts';

/** The namespace that proves that a side is installed. */
const namespaceOf: Readonly<Record<Side, string>> = { hub: hubNamespace, member: memberNamespace };

const namesOf = (side: Side): string[] => planCrds(side).map(({ metadata }) => metadata.name);

/** Whether there is no object of a kind. */
const isUnused = async (client: Client, name: string, signal: AbortSignal): Promise<boolean> => {
  const definition = await client.find(customResourceDefinitionKind, { name }, { signal });
  const version = definition?.spec.versions.find(({ served }) => served)?.name;
  if (definition === undefined || version === undefined) return false;
  const { group, names, scope } = definition.spec;
  const kind: ResourceKind = { group, version, kind: names.kind, plural: names.plural, namespaced: scope === 'Namespaced' };
  return (await client.list(kind, { signal })).items.length === 0;
};

/**
 * Removes the kinds of one side, except those that the other side, installed in the same cluster, still needs. If the other side is not installed,
 * its kinds are removed too, as long as they have no objects: the chart installs the kinds of both.
 */
export const removeDefinitions = async (client: Client, side: Side, patience: Patience): Promise<void> => {
  const { signal } = patience;
  const other: Side = side === 'hub' ? 'member' : 'hub';
  const isShared = (await client.find(namespaceKind, { name: namespaceOf[other] }, { signal })) !== undefined;
  const [own, others] = [namesOf(side), namesOf(other)];
  const going = isShared ? own.filter((name) => !others.includes(name)) : own;
  for (const name of going) await removeAndWait(client, customResourceDefinitionKind, { name }, patience);
  if (isShared) return;
  for (const name of others)
    if (await isUnused(client, name, signal)) await removeAndWait(client, customResourceDefinitionKind, { name }, patience);
};
