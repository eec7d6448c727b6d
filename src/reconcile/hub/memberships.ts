import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { membershipKind, sliceKind } from '../../api/kinds.ts';
import { sliceLabel } from '../../api/labels.ts';
import { hasEnded, type Membership } from '../../api/membership/type.ts';
import type { RetiredBlock, Slice } from '../../api/slice/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { createSlots } from '../../loop/slots.ts';
import { planTakeBack } from '../../plan/ipam/take-back-blocks.ts';
import { type Grants, planGrants } from '../../plan/membership/grants.ts';
import { planMembership } from '../../plan/membership/membership.ts';
import { planGrantedAccess } from '../../plan/policy/granted-access.ts';
import { objectKey } from '../../values/object-key.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { endMemberships } from './endings.ts';
import { fieldManager, sliceIndex, type World } from './world.ts';

/** How many memberships of a slice are written at once: a new slice starts with all of them. */
const writesAtOnce = 16;

/** The stored and the decided allocations of a slice. */
export interface Allocation {
  /** The slice from which this was decided. */
  readonly slice: Slice;
  readonly memberships: readonly Membership[];
  readonly grants: Grants;
}

/** The memberships of a slice in the mirror, including ended ones and those of an earlier slice of its name. */
export const membershipsOf = (world: World, { metadata }: Slice): readonly Membership[] =>
  world.memberships.byIndex('slice', sliceIndex(metadata.namespace, metadata.name));

/** The policies of a slice. */
export const policiesOf = (world: World, { metadata }: Slice): readonly AccessPolicy[] =>
  world.accessPolicies.byIndex('slice', sliceIndex(metadata.namespace, metadata.name));

/** Whether a Membership is in force in exactly this slice: it has not ended, and does not belong to an earlier slice of the same name. */
export const holdsIn =
  ({ metadata }: Slice) =>
  (membership: Membership): boolean =>
    !hasEnded(membership) && membership.spec.sliceUID === metadata.uid;

/**
 * Decides the address blocks of these clusters. When they change, it decides again from fresh reads of memberships and slice: two mirrors have no
 * common order, and an outdated state of one could free a block that the other still shows as taken.
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
  // Retired blocks are written before their memberships end, so they are read after them.
  const { items } = await world.client.list(membershipKind, { namespace, labelSelector: `${sliceLabel}=${name}`, signal });
  return decide(await world.client.get(sliceKind, slice.metadata, { signal }), items);
};

/**
 * Stores which blocks retired, before their owners' memberships end. Fails with `Conflict` when the slice has changed since the decision; then decide
 * again.
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

/** Writes the grants. The Membership of a returning cluster is used again. */
export const writeMemberships = async (
  world: World,
  slice: Slice,
  project: string,
  { memberships, grants }: Allocation,
  signal: AbortSignal,
): Promise<void> => {
  const access = planGrantedAccess(slice, policiesOf(world, slice));
  const write = async (cluster: string, blocks: readonly string[]): Promise<void> => {
    const desired = planMembership(slice, project, cluster, blocks, access);
    const existing = memberships.find((membership) => membership.spec.cluster === cluster);
    const seen = existing === undefined ? undefined : world.memberships.get(objectKey(desired.metadata));
    await applyObject(world.client, membershipKind, desired, { fieldManager, signal, seen });
    // The end is removed last, so that no member takes the old content for the new grant. By name, because another writer may have set the end.
    if (existing !== undefined && hasEnded(existing))
      await world.client.mergePatch(membershipKind, desired.metadata, { spec: { ended: null } }, { signal });
  };
  const slots = createSlots(writesAtOnce);
  await Promise.all([...grants.blocks].map(([cluster, blocks]) => slots.run(() => write(cluster, blocks), signal)));
};

/** Ends the memberships without a grant, and deletes what their clusters have published. */
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
 * Takes back released blocks. Resolves to true when there were any: they are free for others only in the next reconcile, which reads the memberships
 * without them. Fails with `Conflict` when a cluster has withdrawn its release.
 */
export const takeBack = async (world: World, memberships: readonly Membership[], signal: AbortSignal): Promise<boolean> => {
  const taken = planTakeBack(memberships);
  for (const { membership, blocks } of taken) {
    const patch = { metadata: { resourceVersion: membership.metadata.resourceVersion }, spec: { blocks } };
    await world.client.mergePatch(membershipKind, membership.metadata, patch, { signal });
  }
  return taken.length > 0;
};
