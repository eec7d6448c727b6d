import { type Condition, setCondition } from '../../api/condition.ts';
import { accessPolicyKind } from '../../api/kinds.ts';
import { memberNamespace, projectOfNamespace } from '../../api/places.ts';
import { watching } from '../../loop/watching.ts';
import { slicePolicyVerdicts } from '../../plan/policy/granted-access.ts';
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
      const members = slice === undefined ? 0 : membershipsOf(world, slice).filter(holdsIn(slice)).length;
      const before = policy.status?.conditions;
      const now = new Date(clock.now());
      const conditions = slicePolicyVerdicts(policy, slice, slice === undefined ? [] : policiesOf(world, slice), members).reduce<
        readonly Condition[] | undefined
      >((list, verdict) => setCondition(list, verdict, generation, now), before);
      if (conditions === before) return;
      await world.client.mergePatch(accessPolicyKind, policy.metadata, { status: { conditions } }, { signal, subresource: 'status' });
    },
  };
};
