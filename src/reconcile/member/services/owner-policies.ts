import { type Condition, setCondition } from '../../../api/condition.ts';
import { accessPolicyKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { memberNamespaces } from '../../../api/slice/type.ts';
import { watching } from '../../../loop/watching.ts';
import { grantedAccess, sliceAccessOf } from '../../../plan/facts/access-facts.ts';
import { ownCluster } from '../../../plan/facts/own-cluster.ts';
import { accessDigest, ownerPolicyVerdicts } from '../../../plan/policy/owner-status.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { objectKey } from '../../../values/object-key.ts';
import type { LocalWorld } from '../cluster/local-world.ts';

/**
 * Reports to the owners of policies in this cluster whether their policy is valid and whether the nodes enforce it. The key is namespace/name. Nodes
 * read policies themselves, so that nothing waits for this.
 */
export const ownerPolicies = (local: LocalWorld, clock: Clock) => {
  const policiesOf = (slice: string): string[] => local.accessPolicies.byIndex('slice', slice).map(({ metadata }) => objectKey(metadata));

  /** Digest of all policies of a slice here; undefined when one is refused, as the nodes refuse it. */
  const digestOf = (name: string, namespaces: readonly string[]): string | undefined => {
    const slice = local.slices.get(`${memberNamespace}/${name}`);
    const cluster = ownCluster(slice);
    if (cluster === undefined) return undefined;
    const owned = local.accessPolicies.byIndex('slice', name).filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''));
    try {
      const access = sliceAccessOf(cluster, grantedAccess(slice), owned);
      return access === undefined ? undefined : accessDigest(access);
    } catch (error) {
      if (Failure.is(error, 'InvalidInput')) return undefined;
      throw error;
    }
  };

  return {
    name: 'owner-policy',
    watches: [
      watching(local.accessPolicies, ({ object, previous }) =>
        previous?.metadata.generation === object.metadata.generation
          ? []
          : [...policiesOf(object.spec.slice), ...(previous === undefined ? [] : policiesOf(previous.spec.slice))],
      ),
      watching(local.slices, ({ object, previous }) =>
        previous?.metadata.generation === object.metadata.generation ? [] : policiesOf(object.metadata.name),
      ),
      watching(local.sliceNodes, ({ object, previous }) =>
        previous?.status?.accessDigest === object.status?.accessDigest && previous?.status?.publicKey === object.status?.publicKey
          ? []
          : policiesOf(object.spec.slice),
      ),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const policy = local.accessPolicies.get(key);
      if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) return;
      const slice = local.slices.get(`${memberNamespace}/${policy.spec.slice}`);
      const namespaces = slice === undefined ? undefined : memberNamespaces(slice.spec);
      const verdicts = ownerPolicyVerdicts({
        policy,
        namespaces,
        digest: namespaces === undefined ? undefined : digestOf(policy.spec.slice, namespaces),
        nodes: local.sliceNodes.byIndex('slice', policy.spec.slice),
      });
      const { generation } = policy.metadata;
      const before = policy.status?.conditions;
      const conditions = verdicts.reduce<readonly Condition[] | undefined>(
        (list, verdict) => setCondition(list, verdict, generation, new Date(clock.now())),
        before,
      );
      if (conditions === before) return;
      await local.client.mergePatch(accessPolicyKind, policy.metadata, { status: { conditions } }, { signal, subresource: 'status' });
    },
  };
};
