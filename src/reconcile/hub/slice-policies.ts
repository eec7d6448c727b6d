import { isDeepStrictEqual } from 'node:util';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import { accessPolicyKind } from '../../api/kinds.ts';
import { exchangeNamespace, memberNamespace, projectOfNamespace } from '../../api/places.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import { watching } from '../../loop/watching.ts';
import { enforcedInMembers, isEnforced } from '../../plan/enforcement/enforced-in-members.ts';
import { grantedDigest } from '../../plan/enforcement/policy-digests.ts';
import { grantedPolicies, slicePolicyFacts } from '../../plan/facts/access-facts.ts';
import type { AccessPolicyFacts } from '../../plan/policy/access.ts';
import { planGrantedAccess, slicePolicyVerdicts } from '../../plan/policy/granted-access.ts';
import { policyFindings } from '../../plan/policy/policy-findings.ts';
import type { Clock } from '../../values/clock.ts';
import { objectKey } from '../../values/object-key.ts';
import { holdsIn, membershipsOf, policiesOf } from './memberships.ts';
import type { ReportReader } from './reports.ts';
import { sliceIndex, sliceOfBoard, type World } from './world.ts';

/** Reports to the owners of slices whether their policies are granted to the members, and whether these enforce them. The key is namespace/name. */
export const slicePolicies = (world: World, clock: Clock, reader: ReportReader) => {
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
      watching(world.links, ({ object, previous, type }) => {
        const now = type === 'deleted' ? undefined : reader.one(object)?.access;
        const before = previous === undefined ? undefined : reader.one(previous)?.access;
        if (isDeepStrictEqual(now, before)) return [];
        const slice = sliceOfBoard(world, object.metadata.namespace ?? '');
        if (slice === undefined) return [];
        // A confirmed policy stays confirmed while its cluster goes on to report.
        const all = (now === undefined) !== (before === undefined);
        return keysOf(slice.namespace, slice.name).filter((key) => {
          const policy = world.accessPolicies.get(key);
          return all || !isEnforced(policy?.status?.conditions, policy?.metadata.generation);
        });
      }),
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
      const granted = slice === undefined ? [] : grantedPolicies(planGrantedAccess(slice, policies));
      const before = policy.status?.conditions;
      const reports =
        slice === undefined ? undefined : reader.of(world.links.byIndex('slice', exchangeNamespace(slice.metadata.uid ?? '')));
      const now = new Date(clock.now());
      const verdicts = [
        ...slicePolicyVerdicts(policy, slice, policies, clusters.length),
        ...(slice === undefined ? [] : findingsOf(policy, slice, granted, clusters)),
        ...(granted.some(({ name }) => name === policy.metadata.name)
          ? [
              enforcedInMembers({
                granted: grantedDigest(granted),
                members: new Map(clusters.map((cluster) => [cluster, reports?.get(cluster)?.access])),
                before,
                generation,
              }),
            ]
          : []),
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

const findingsOf = (policy: AccessPolicy, slice: Slice, granted: readonly AccessPolicyFacts[], clusters: readonly string[]): Verdict[] => {
  const facts = slicePolicyFacts(policy.metadata.name, policy.spec);
  if (facts === undefined) return [];
  return policyFindings({
    policy: facts,
    policies: granted,
    clusters,
    namespaces: memberNamespaces(slice.spec),
    selected: undefined,
    before: policy.status?.conditions,
  });
};
