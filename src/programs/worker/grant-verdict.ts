import { conditionOf } from '../../api/condition.ts';
import { sliceKind } from '../../api/kinds.ts';
import type { Membership } from '../../api/membership/type.ts';
import { memberNamespace } from '../../api/places.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { planClusterNetworks } from '../../plan/worker/cluster-facts.ts';
import { checkGrant } from '../../plan/worker/grant-check.ts';
import { planLocalSlice } from '../../plan/worker/slice-objects.ts';
import type { Clock } from '../../values/clock.ts';
import { writeCondition } from './local-condition.ts';
import { fieldManager, type LocalWorld } from './local-world.ts';
import { serviceNetworks } from './service-networks.ts';

/** Judges a grant by what this cluster knows of itself, and says in the local slice when it is not taken. @returns whether it is. */
export const takesGrant = async (local: LocalWorld, membership: Membership, clock: Clock, signal: AbortSignal): Promise<boolean> => {
  const grant = membership.spec;
  const networks = planClusterNetworks(local.nodes.list(), await serviceNetworks(local, signal));
  const verdict = checkGrant(grant, networks, local.sliceNodes.byIndex('slice', grant.slice));
  const taken = verdict.status === 'True';
  const seen = local.slices.get(`${memberNamespace}/${grant.slice}`);
  const told = conditionOf(seen?.status?.conditions, verdict.type);
  // Nothing is written about what is as it should be.
  if (taken && told === undefined) return true;
  const desired = planLocalSlice(membership);
  if (seen === undefined) await applyObject(local.client, sliceKind, desired, { fieldManager, signal, seen });
  if ((await writeCondition(local, seen ?? desired, verdict, clock, signal)) && !taken)
    local.log.warn('a grant of the hub is not taken', { slice: grant.slice, reason: verdict.message });
  return taken;
};
