import { isDeepStrictEqual } from 'node:util';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import { accessPolicyKind } from '../../api/kinds.ts';
import { exchangeNamespace, memberNamespace, projectOfNamespace } from '../../api/places.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import type { ReportedAccess } from '../../exchange/statement/links.ts';
import { watching } from '../../loop/watching.ts';
import { enforcedInMembers, isEnforced } from '../../plan/enforcement/enforced-in-members.ts';
import { grantedDigest } from '../../plan/enforcement/policy-digests.ts';
import { grantedPolicies, slicePolicyFacts } from '../../plan/facts/access-facts.ts';
import type { AccessPolicyFacts } from '../../plan/policy/access.ts';
import { type NotKnowing, planGrantedAccess, slicePolicyVerdicts } from '../../plan/policy/granted-access.ts';
import { policyFindings } from '../../plan/policy/policy-findings.ts';
import type { Clock } from '../../values/clock.ts';
import { objectKey } from '../../values/object-key.ts';
import { holdsIn, membershipsOf } from './memberships.ts';
import type { ReportReader } from './reports.ts';
import { sliceIndex, sliceOfBoard, type World } from './world.ts';

/**
 * Reports to the owners of slices whether their policies are granted to the members, and whether these enforce them. The key is namespace/name of the
 * slice that policies name, which need not exist: all policies of a slice depend on one another.
 */
export const slicePolicies = (world: World, clock: Clock, reader: ReportReader) => ({
  name: 'slice-policy',
  watches: [
    watching(world.accessPolicies, ({ object, previous, type }) =>
      type === 'updated' && previous?.metadata.generation === object.metadata.generation
        ? []
        : [object, ...(previous === undefined ? [] : [previous])].map(({ metadata, spec }) => `${metadata.namespace}/${spec.slice}`),
    ),
    watching(world.slices, ({ object, type }) => (type === 'updated' ? [] : [objectKey(object.metadata)])),
    watching(world.links, ({ object, previous, type }) => {
      const now = type === 'deleted' ? undefined : reader.one(object)?.access;
      const before = previous === undefined ? undefined : reader.one(previous)?.access;
      if (isDeepStrictEqual(now, before)) return [];
      const slice = sliceOfBoard(world, object.metadata.namespace ?? '');
      if (slice === undefined) return [];
      // A confirmed policy stays confirmed while its cluster goes on to report.
      const all = (now === undefined) !== (before === undefined);
      const policies = world.accessPolicies.byIndex('slice', sliceIndex(slice.namespace, slice.name));
      const concerns = all || policies.some(({ status, metadata }) => !isEnforced(status?.conditions, metadata.generation));
      return concerns ? [`${slice.namespace}/${slice.name}`] : [];
    }),
    watching(world.memberships, ({ object, type }) => (type === 'updated' ? [] : [`${object.metadata.namespace}/${object.spec.slice}`])),
  ],
  reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
    const [namespace = '', name = ''] = key.split('/');
    // A cluster may be its own hub; elsewhere a policy is one of its owner there.
    if (projectOfNamespace(namespace) === undefined || namespace === memberNamespace) return;
    const policies = world.accessPolicies.byIndex('slice', sliceIndex(namespace, name));
    const current = currentOf(world, reader, world.slices.get(key), policies);
    const now = new Date(clock.now());
    const patches = policies.flatMap((policy) => {
      const { status, metadata } = policy;
      if (metadata.deletionTimestamp !== undefined) return [];
      const conditions = verdictsOf(policy, current).reduce<readonly Condition[] | undefined>(
        (list, verdict) => setCondition(list, verdict, metadata.generation, now),
        status?.conditions,
      );
      return conditions === status?.conditions ? [] : [{ metadata, conditions }];
    });
    await Promise.all(
      patches.map(({ metadata, conditions }) =>
        world.client.mergePatch(accessPolicyKind, metadata, { status: { conditions } }, { signal, subresource: 'status' }),
      ),
    );
  },
});

/** What the conditions of all policies of a slice depend on. */
interface Current {
  readonly slice: Slice | undefined;
  /** The policies that members get. */
  readonly granted: readonly AccessPolicyFacts[];
  /** Names of the policies that members get. */
  readonly inForce: ReadonlySet<string>;
  readonly digest: string;
  readonly members: ReadonlyMap<string, ReportedAccess | undefined>;
}

const currentOf = (world: World, reader: ReportReader, slice: Slice | undefined, policies: readonly AccessPolicy[]): Current => {
  if (slice === undefined) return { slice, granted: [], inForce: new Set(), digest: '', members: new Map() };
  const reports = reader.of(world.links.byIndex('slice', exchangeNamespace(slice.metadata.uid ?? '')));
  const memberships = membershipsOf(world, slice).filter(holdsIn(slice));
  const access = planGrantedAccess(slice, policies);
  const granted = grantedPolicies(access);
  return {
    slice,
    granted,
    inForce: new Set(access?.policies?.map((each) => each.name)),
    digest: grantedDigest(granted),
    members: new Map(memberships.map(({ spec: { cluster } }) => [cluster, reports.get(cluster)?.access])),
  };
};

const verdictsOf = (policy: AccessPolicy, { slice, granted, inForce, digest, members }: Current): Verdict[] => {
  const { generation, name } = policy.metadata;
  const before = policy.status?.conditions;
  return [
    ...slicePolicyVerdicts(policy, slice, inForce, members.size, notKnowing(members, name)),
    ...(slice === undefined ? [] : findingsOf(policy, slice, granted, [...members.keys()])),
    ...(granted.some((each) => each.name === name) ? [enforcedInMembers({ granted: digest, members, before, generation })] : []),
  ];
};

/** The members that report a field of a policy that they do not know. */
const notKnowing = (members: Current['members'], policy: string): NotKnowing[] =>
  [...members].flatMap(([cluster, access]) => {
    const found = access?.unknown?.find((one) => one.policy === policy);
    return found === undefined ? [] : [{ cluster, field: found.field }];
  });

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
