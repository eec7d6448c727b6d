import { conditionOf, type Verdict } from '../../../api/condition.ts';
import { sliceKind } from '../../../api/kinds.ts';
import type { Membership } from '../../../api/membership/type.ts';
import { consentConfigMap, memberNamespace } from '../../../api/places.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { readConsent } from '../../../plan/membership/consent.ts';
import { judgeGrant } from '../../../plan/membership/grant-check.ts';
import { planLocalSlice } from '../../../plan/membership/slice-objects.ts';
import { planClusterNetworks } from '../../../plan/slices/cluster-facts.ts';
import type { Clock } from '../../../values/clock.ts';
import { fieldManager, type LocalWorld } from '../cluster/local-world.ts';
import { serviceNetworks } from '../cluster/service-networks.ts';
import { writeConditions } from '../session/local-condition.ts';
import type { Received } from './received-grant.ts';

/**
 * Judges a grant with the facts of this cluster, and reports in the local slice what is not accepted. `missing` means that the hub has no such
 * membership any more.
 *
 * @returns undefined when the grant is not applied.
 */
export const receiveGrant = async (
  local: LocalWorld,
  granted: Membership,
  missing: boolean,
  clock: Clock,
  signal: AbortSignal,
): Promise<Received | undefined> => {
  const grant = granted.spec;
  const consent = await local.client.find(configMapKind, { namespace: memberNamespace, name: consentConfigMap }, { signal });
  const { applied, verdicts } = judgeGrant({
    grant,
    networks: planClusterNetworks(local.nodes.list(), await serviceNetworks(local, signal)),
    nodes: local.sliceNodes.byIndex('slice', grant.slice),
    slices: local.slices.list(),
    consent: readConsent(consent?.data),
  });
  const membership = { ...granted, spec: applied ?? { ...grant, namespaces: [] } };
  const desired = planLocalSlice(membership, granted);
  const all = [...verdicts, presence(grant.slice, missing)];
  const before = local.slices.get(`${memberNamespace}/${grant.slice}`);
  // A good condition is written only if there was a bad one.
  const news = all.filter(({ status, type }) => status !== 'True' || conditionOf(before?.status?.conditions, type) !== undefined);
  if (news.length > 0) {
    if (before === undefined) await applyObject(local.client, sliceKind, desired, { fieldManager, signal, seen: undefined });
    if (await writeConditions(local, before ?? desired, news, clock, signal))
      for (const { status, message } of news)
        if (status !== 'True') local.log.warn('a grant of the hub is not applied in full', { slice: grant.slice, reason: message });
  }
  return applied === undefined ? undefined : { membership, granted };
};

const presence = (slice: string, missing: boolean): Verdict =>
  missing
    ? {
        type: 'KnownToHub',
        status: 'False',
        reason: 'MembershipMissing',
        message: `The hub has no membership of this cluster in slice ${slice} and did not end it; what runs continues. Restore the hub's objects, or leave with "kubeslice leave".`,
      }
    : { type: 'KnownToHub', status: 'True', reason: 'Accepted', message: 'The hub has the membership of this cluster.' };
