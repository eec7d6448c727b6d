import { hubNamespace, memberNamespace } from '../../../../api/places.ts';
import { planCrds, type Side } from '../../../../install/crds.ts';
import type { Client } from '../../../../kubernetes/client.ts';
import { customResourceDefinitionKind, namespaceKind } from '../../../../kubernetes/kinds.ts';
import { type Patience, removeAndWait } from './remove.ts';

/** The namespace that shows that a side is installed. */
const namespaceOf: Readonly<Record<Side, string>> = { hub: hubNamespace, member: memberNamespace };

/** Removes the kinds of one side, except those that the other side, installed in the same cluster, still needs. */
export const removeDefinitions = async (client: Client, side: Side, patience: Patience): Promise<void> => {
  const other: Side = side === 'hub' ? 'member' : 'hub';
  const shared = await client.find(namespaceKind, { name: namespaceOf[other] }, { signal: patience.signal });
  const kept = new Set(shared === undefined ? [] : planCrds(other).map(({ metadata }) => metadata.name));
  for (const { metadata } of planCrds(side)) {
    if (!kept.has(metadata.name)) await removeAndWait(client, customResourceDefinitionKind, { name: metadata.name }, patience);
  }
};
