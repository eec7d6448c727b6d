import { membershipKind, sliceKind } from '../../api/kinds.ts';
import { sliceLabel } from '../../api/labels.ts';
import { hasEnded, type Membership } from '../../api/membership/type.ts';
import type { RetiredBlock, Slice } from '../../api/slice/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { type Grants, planGrants } from '../../plan/hub/grants.ts';
import { planMembership } from '../../plan/hub/membership.ts';
import { planTakeBack } from '../../plan/hub/take-back.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { objectKey } from '../../values/object-key.ts';
import { endMemberships } from './endings.ts';
import { fieldManager, sliceIndex, type World } from './world.ts';

/** Where the allocations of a slice are written down, and what they are from now on. */
export interface Allocation {
  /** The slice that was decided from. */
  readonly slice: Slice;
  readonly memberships: readonly Membership[];
  readonly grants: Grants;
}

/** The memberships of a slice as the mirror has them, ended ones and those of an earlier slice of its name included. */
export const membershipsOf = (world: World, { metadata }: Slice): readonly Membership[] =>
  world.memberships.byIndex('slice', sliceIndex(metadata.namespace, metadata.name));

/** Whether a Membership holds in this very slice: it has not ended, and is not that of an earlier slice of the same name. */
export const holdsIn =
  ({ metadata }: Slice) =>
  (membership: Membership): boolean =>
    !hasEnded(membership) && membership.spec.sliceUID === metadata.uid;

/**
 * Decides the address blocks of these clusters. When they change, it decides from memberships and slice as the API server has them now: two
 * mirrors have no common order, and an old picture of one would give a block away that the other still shows as taken.
 */
export const allocate = async (world: World, slice: Slice, clusters: readonly string[], signal: AbortSignal): Promise<Allocation> => {
  const nodes = new Map(
    world.clusters
      .list()
      .filter(({ metadata }) => metadata.namespace === slice.metadata.namespace)
      .map(({ metadata, status }) => [metadata.name, status?.nodes ?? 0]),
  );
  const decide = (current: Slice, memberships: readonly Membership[]): Allocation => ({
    slice: current,
    memberships,
    grants: planGrants(slice.spec.sliceSubnet, clusters, memberships.filter(holdsIn(slice)), current.status?.retiredBlocks, nodes),
  });
  const known = decide(slice, membershipsOf(world, slice));
  if (!known.grants.changed) return known;
  const { namespace = '', name } = slice.metadata;
  // Retired blocks are written before the memberships they come from end, so they are read after them.
  const { items } = await world.client.list(membershipKind, { namespace, labelSelector: `${sliceLabel}=${name}`, signal });
  return decide(await world.client.get(sliceKind, slice.metadata, { signal }), items);
};

/**
 * Writes down which blocks retired, before those who had them are dismissed. Fails with `Conflict` when the slice has changed since the
 * decision; it is then made again.
 */
export const writeRetired = async (world: World, { slice, grants }: Allocation, signal: AbortSignal): Promise<readonly RetiredBlock[]> => {
  const retiredBlocks = [...grants.retired];
  const before = slice.status?.retiredBlocks ?? [];
  if (canonicalJson(before) === canonicalJson(retiredBlocks)) return retiredBlocks;
  const { resourceVersion } = slice.metadata;
  const patch = { metadata: { resourceVersion }, status: { retiredBlocks: retiredBlocks.length === 0 ? null : retiredBlocks } };
  await world.client.mergePatch(sliceKind, slice.metadata, patch, { signal, subresource: 'status' });
  return retiredBlocks;
};

/** Writes the grants down. The Membership of a cluster that was a member before is used again. */
export const writeMemberships = async (
  world: World,
  slice: Slice,
  project: string,
  { memberships, grants }: Allocation,
  signal: AbortSignal,
): Promise<void> => {
  for (const [cluster, blocks] of grants.blocks) {
    const desired = planMembership(slice, project, cluster, blocks);
    const existing = memberships.find((membership) => membership.spec.cluster === cluster);
    const seen = existing === undefined ? undefined : world.memberships.get(objectKey(desired.metadata));
    await applyObject(world.client, membershipKind, desired, { fieldManager, signal, seen });
    // Last, so that no member takes the content from before the end for the new grant. By name, since another writer may have set the end.
    if (existing !== undefined && hasEnded(existing))
      await world.client.mergePatch(membershipKind, desired.metadata, { spec: { ended: null } }, { signal });
  }
};

/** Takes the clusters out that have no grant any more: their membership ends, and what they have published goes. */
export const dismissSurplus = async (
  world: World,
  { memberships, grants }: Allocation,
  clock: { now(): number },
  signal: AbortSignal,
): Promise<void> => {
  const surplus = memberships.filter((membership) => !hasEnded(membership) && !grants.blocks.has(membership.spec.cluster));
  await endMemberships(world, surplus, clock.now(), signal);
};

/**
 * Takes back the blocks that clusters give back. Resolves to true when there were any: they are free for others only in the next look, which sees the
 * memberships without them. Fails with `Conflict` when a cluster has changed its mind.
 */
export const takeBack = async (world: World, memberships: readonly Membership[], signal: AbortSignal): Promise<boolean> => {
  const taken = planTakeBack(memberships);
  for (const { membership, blocks } of taken) {
    const patch = { metadata: { resourceVersion: membership.metadata.resourceVersion }, spec: { blocks } };
    await world.client.mergePatch(membershipKind, membership.metadata, patch, { signal });
  }
  return taken.length > 0;
};
