import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import { accessPolicyKind } from '../../api/kinds.ts';
import { memberNamespace, projectOfNamespace } from '../../api/places.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import { watching } from '../../loop/watching.ts';
import { slicePolicyFacts } from '../../plan/facts/access-facts.ts';
import { planGrantedAccess, slicePolicyVerdicts } from '../../plan/policy/granted-access.ts';
import { policyFindings } from '../../plan/policy/policy-findings.ts';
import type { Clock } from '../../values/clock.ts';
import { objectKey } from '../../values/object-key.ts';
import { holdsIn, membershipsOf, policiesOf } from './memberships.ts';
import { sliceIndex, type World } from './world.ts';

/** Reports to the owners of slices whether their policies are granted to the members. The key is namespace/name. */
export const slicePolicies = (world: World, clock: Clock) => {
  const keysOf = (namespace: string | undefined, slice: string): string[] =>
    world.accessPolicies.byIndex('slice', sliceIndex(namespace, slice)).map(({ metadata }) => objectKey(metadata));
  return {
    name: 'slice-policy',
    watches: [
      // Whether one is in force depends on how many others are older.
      watching(world.accessPolicies, ({ object, previous, type }) =>
        type === 'updated' && previous?.metadata.generation === object.metadata.generation
          ? []
          : [object, ...(previous === undefined ? [] : [previous])].flatMap(({ metadata, spec }) => keysOf(metadata.namespace, spec.slice)),
      ),
      watching(world.slices, ({ object, type }) => (type === 'updated' ? [] : keysOf(object.metadata.namespace, object.metadata.name))),
      watching(world.memberships, ({ object, type }) => (type === 'updated' ? [] : keysOf(object.metadata.namespace, object.spec.slice))),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const policy = world.accessPolicies.get(key);
      if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) return;
      const { namespace = '', generation } = policy.metadata;
      // A cluster may be its own hub; elsewhere a policy is one of its owner there.
      if (projectOfNamespace(namespace) === undefined || namespace === memberNamespace) return;
      const slice = world.slices.get(`${namespace}/${policy.spec.slice}`);
      const policies = slice === undefined ? [] : policiesOf(world, slice);
      const clusters =
        slice === undefined
          ? []
          : membershipsOf(world, slice)
              .filter(holdsIn(slice))
              .map(({ spec }) => spec.cluster);
      const before = policy.status?.conditions;
      const now = new Date(clock.now());
      const verdicts = [
        ...slicePolicyVerdicts(policy, slice, policies, clusters.length),
        ...(slice === undefined ? [] : findingsOf(policy, slice, policies, clusters)),
      ];
      const conditions = verdicts.reduce<readonly Condition[] | undefined>(
        (list, verdict) => setCondition(list, verdict, generation, now),
        before,
      );
      if (conditions === before) return;
      await world.client.mergePatch(accessPolicyKind, policy.metadata, { status: { conditions } }, { signal, subresource: 'status' });
    },
  };
};

const findingsOf = (policy: AccessPolicy, slice: Slice, policies: readonly AccessPolicy[], clusters: readonly string[]): Verdict[] => {
  const facts = slicePolicyFacts(policy.metadata.name, policy.spec);
  if (facts === undefined) return [];
  const granted = planGrantedAccess(slice, policies)?.policies ?? [];
  return policyFindings({
    policy: facts,
    policies: granted.flatMap(({ name, ...rule }) => slicePolicyFacts(name, rule) ?? []),
    clusters,
    namespaces: memberNamespaces(slice.spec),
    selected: undefined,
    before: policy.status?.conditions,
  });
};
