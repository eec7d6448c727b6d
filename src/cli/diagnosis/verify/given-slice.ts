import { sliceKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { memberNamespaces } from '../../../api/slice/type.ts';
import { namespaceKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import { didYouMean } from '../../../values/text/nearest.ts';
import { shellQuote } from '../../../values/text/shell-quote.ts';
import type { OpenCluster } from '../../steps/open-cluster.ts';
import type { Member } from './members.ts';

/**
 * Checks, without changing anything, that a slice on the hub has a namespace, and that both are in every cluster of the test.
 *
 * @param project namespace of the project on the hub
 * @throws Failure NotFound with the existing names and the most similar one.
 */
export const checkGivenSlice = async (
  hub: OpenCluster,
  project: string,
  { slice, namespace }: { readonly slice: string; readonly namespace: string },
  members: readonly Member[],
  signal: AbortSignal,
): Promise<void> => {
  const { items } = await hub.client.list(sliceKind, { namespace: project, signal });
  const names = items.map(({ metadata }) => metadata.name).toSorted();
  const found = items.find(({ metadata }) => metadata.name === slice);
  if (found === undefined)
    throw new Failure('NotFound', `The hub has no slice "${slice}"; there are: ${names.join(', ') || 'none'}.${didYouMean(slice, names)}`);
  const namespaces = memberNamespaces(found.spec);
  if (!namespaces.includes(namespace))
    throw new Failure(
      'NotFound',
      `Slice "${slice}" does not have the namespace "${namespace}"; it has: ${namespaces.join(', ') || 'none'}.${didYouMean(namespace, namespaces)}`,
    );
  for (const { cluster, name } of members) {
    const { client, context } = cluster;
    if ((await client.find(sliceKind, { namespace: memberNamespace, name: slice }, { signal })) === undefined)
      throw new Failure(
        'NotFound',
        `Slice "${slice}" is not in cluster ${name}; name clusters that it has with --contexts, or see "kubeslice slices --context ${shellQuote(hub.context)}".`,
      );
    if ((await client.find(namespaceKind, { name: namespace }, { signal })) === undefined)
      throw new Failure(
        'NotFound',
        `Cluster ${name} has no namespace "${namespace}", in which the test makes its pods; run "kubectl --context ${shellQuote(context)} create namespace ${namespace}" first, or name clusters that have it with --contexts.`,
      );
  }
};
