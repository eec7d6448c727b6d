import { membershipKind, noticeKind } from '../../api/kinds.ts';
import { clusterLabel, sliceLabel } from '../../api/labels.ts';
import type { Membership } from '../../api/membership/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { remove } from '../../kubernetes/remove.ts';
import { type Grants, planGrants } from '../../plan/hub/grants.ts';
import { planMembership } from '../../plan/hub/membership.ts';
import { objectKey } from '../../values/object-key.ts';
import { fieldManager, sliceIndex, type World } from './world.ts';

/** Where the allocations of a slice are written down, and what they are from now on. */
export interface Allocation {
  readonly memberships: readonly Membership[];
  readonly grants: Grants;
}

/** The memberships of a slice as the mirror has them. */
export const membershipsOf = (world: World, { metadata }: Slice): readonly Membership[] =>
  world.memberships.byIndex('slice', sliceIndex(metadata.namespace, metadata.name));

/** Decides the address blocks of these clusters: when they change, from the memberships as the API server has them now and not from an old picture. */
export const allocate = async (world: World, slice: Slice, clusters: readonly string[], signal: AbortSignal): Promise<Allocation> => {
  const decide = (memberships: readonly Membership[]): Allocation => ({
    memberships,
    grants: planGrants(slice.spec.sliceSubnet, clusters, memberships, slice.status?.retiredBlocks),
  });
  const known = decide(membershipsOf(world, slice));
  if (!known.grants.changed) return known;
  const { namespace = '', name } = slice.metadata;
  const { items } = await world.client.list(membershipKind, { namespace, labelSelector: `${sliceLabel}=${name}`, signal });
  return decide(items);
};

/** Writes the grants down. */
export const writeMemberships = async (
  world: World,
  slice: Slice,
  project: string,
  { memberships, grants }: Allocation,
  signal: AbortSignal,
): Promise<void> => {
  for (const [cluster, blocks] of grants.blocks) {
    const desired = planMembership(slice, project, cluster, blocks);
    const exists = memberships.some((membership) => membership.spec.cluster === cluster);
    const seen = exists ? world.memberships.get(objectKey(desired.metadata)) : undefined;
    await applyObject(world.client, membershipKind, desired, { fieldManager, signal, seen });
  }
};

/** Takes the clusters out that have no grant any more: the membership goes, and what the cluster had published. */
export const dismissSurplus = async (world: World, { memberships, grants }: Allocation, signal: AbortSignal): Promise<void> => {
  for (const { metadata, spec } of memberships.filter((membership) => !grants.blocks.has(membership.spec.cluster))) {
    await remove(world.client, membershipKind, metadata, signal);
    await world.client.deleteAll(noticeKind, {
      signal,
      namespace: spec.exchangeNamespace,
      labelSelector: `${clusterLabel}=${spec.cluster}`,
    });
  }
};
