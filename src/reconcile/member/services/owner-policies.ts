import type { AccessPolicy } from '../../../api/accesspolicy/type.ts';
import { type Condition, setCondition, type Verdict } from '../../../api/condition.ts';
import { accessPolicyKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { memberNamespaces, type Slice } from '../../../api/slice/type.ts';
import { podKind } from '../../../kubernetes/kinds.ts';
import { watching } from '../../../loop/watching.ts';
import { ownerPolicyVerdicts } from '../../../plan/enforcement/owner-status.ts';
import { accessDigest } from '../../../plan/enforcement/policy-digests.ts';
import { selects } from '../../../plan/exports/pods/selector.ts';
import { ownerPolicyOf } from '../../../plan/facts/access-facts.ts';
import type { SliceAccess } from '../../../plan/policy/access.ts';
import { policyFindings } from '../../../plan/policy/policy-findings.ts';
import { labelSelectorOf } from '../../../plan/policy/selector-of.ts';
import type { Clock } from '../../../values/clock.ts';
import { objectKey } from '../../../values/object-key.ts';
import { localAccess, validOnly } from '../cluster/local-access.ts';
import type { LocalWorld } from '../cluster/local-world.ts';

/**
 * Reports to the owners of policies in this cluster whether their policy is valid and whether the nodes enforce it. The key is namespace/name. Nodes
 * read policies themselves, so that nothing waits for this.
 */
export const ownerPolicies = (local: LocalWorld, clock: Clock) => {
  const policiesOf = (slice: string): string[] => local.accessPolicies.byIndex('slice', slice).map(({ metadata }) => objectKey(metadata));

  /** How many attached pods a policy selects. */
  const selectedBy = async ({ metadata, spec }: AccessPolicy, signal: AbortSignal): Promise<number> => {
    const selector = labelSelectorOf(spec.to?.podSelector ?? {});
    const { items } = await local.client.list(podKind, { namespace: metadata.namespace ?? '', signal });
    return items.filter(
      (pod) => local.sliceNodes.byIndex('pod', pod.metadata.uid ?? '').length > 0 && selects(selector, pod.metadata.labels ?? {}),
    ).length;
  };

  const findingsOf = async (policy: AccessPolicy, slice: Slice, access: SliceAccess, signal: AbortSignal): Promise<Verdict[]> => {
    const facts = validOnly(() => ownerPolicyOf(access.cluster, policy));
    if (facts === undefined) return [];
    const others = local.notices
      .byIndex('slice', slice.metadata.name)
      .flatMap(({ spec }) => (spec.kind === 'Cluster' ? [spec.cluster] : []));
    return policyFindings({
      policy: facts,
      policies: access.policies,
      clusters: [...new Set([access.cluster, ...others])],
      namespaces: memberNamespaces(slice.spec),
      selected: await selectedBy(policy, signal),
      before: policy.status?.conditions,
    });
  };

  return {
    name: 'owner-policy',
    // Which pods it selects changes without a change of the policy.
    resync: { everyMs: 60_000, keys: () => local.accessPolicies.list().map(({ metadata }) => objectKey(metadata)) },
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
      const access = namespaces === undefined ? undefined : localAccess(local, policy.spec.slice);
      const nodes = local.sliceNodes.byIndex('slice', policy.spec.slice);
      const verdicts = [
        ...ownerPolicyVerdicts({ policy, namespaces, digest: access === undefined ? undefined : accessDigest(access), nodes }),
        ...(slice === undefined || access === undefined ? [] : await findingsOf(policy, slice, access, signal)),
      ];
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
