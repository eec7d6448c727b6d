import { memberNamespace } from '../../../api/places.ts';
import { memberNamespaces } from '../../../api/slice/type.ts';
import { accessDigest, grantedDigest } from '../../../plan/enforcement/policy-digests.ts';
import { grantedAccess, grantedPolicies, sliceAccessOf } from '../../../plan/facts/access-facts.ts';
import { ownCluster } from '../../../plan/facts/own-cluster.ts';
import type { AccessDigests } from '../../../plan/links/reported-access.ts';
import type { SliceAccess } from '../../../plan/policy/access.ts';
import type { UnknownField } from '../../../plan/policy/understood-policies.ts';
import { Failure } from '../../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

/** The mirrors that hold the policies of slices. */
export type AccessWorld = Pick<LocalWorld, 'slices' | 'accessPolicies'>;

/** All policies of a slice in this cluster, as its nodes take them; undefined when there are none, and when one is invalid, so that no node takes them. */
export const localAccess = (local: AccessWorld, name: string): SliceAccess | undefined => {
  const slice = local.slices.get(`${memberNamespace}/${name}`);
  const cluster = ownCluster(slice);
  if (slice === undefined || cluster === undefined) return undefined;
  const namespaces = memberNamespaces(slice.spec);
  const owned = local.accessPolicies.byIndex('slice', name).filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''));
  return validOnly(() => sliceAccessOf(cluster, grantedAccess(slice), owned));
};

/** Digests of the policies of a slice in this cluster; undefined when it has none. `unknown` is what it does not know of those of the hub. */
export const localAccessDigests = (local: AccessWorld, name: string, unknown: readonly UnknownField[]): AccessDigests | undefined => {
  const granted = grantedAccess(local.slices.get(`${memberNamespace}/${name}`));
  if (granted === undefined && local.accessPolicies.byIndex('slice', name).length === 0) return undefined;
  const access = localAccess(local, name);
  return { granted: grantedDigest(grantedPolicies(granted)), all: access === undefined ? undefined : accessDigest(access), unknown };
};

/** What a reader returns; undefined when it refuses a field. */
export const validOnly = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return undefined;
    throw error;
  }
};
