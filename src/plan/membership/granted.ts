import { membershipAnnotation } from '../../api/labels.ts';
import { membershipSpec, sliceAccess } from '../../api/membership/schema.ts';
import type { Membership } from '../../api/membership/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { everySlice } from '../../exchange/statement/statement.ts';
import { isDnsLabel } from '../../values/text/names.ts';

/**
 * The membership of this cluster in a slice.
 *
 * ```
 * the hub has                        stored here   then
 * a membership                       any           granted
 * a membership that ended            any           ended: only this removes a slice
 * nothing, and it answers            a membership  missing: what runs continues, and a condition reports it
 * nothing, because it is unreachable a membership  granted, as last known
 * nothing                            nothing       none
 * ```
 */
export type Granted = { readonly state: 'granted' | 'missing'; readonly membership: Membership } | { readonly state: 'ended' | 'none' };

/** Decides it. `shown` is the membership on the hub; undefined for none. */
export const grantedNow = (shown: Membership | undefined, hubAnswers: boolean, kept: Membership | undefined): Granted => {
  if (shown !== undefined) {
    const over = shown.spec.ended !== undefined || shown.metadata.deletionTimestamp !== undefined;
    return over ? { state: 'ended' } : { state: 'granted', membership: shown };
  }
  if (kept === undefined) return { state: 'none' };
  return { state: hubAnswers ? 'missing' : 'granted', membership: kept };
};

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

/**
 * Whether an object in the hub's list has the fields of a membership: the hub may be hostile, and is bound to no schema. It runs for each notice, so
 * it is cheaper than the schema's check; code that uses subnets and blocks parses them.
 */
export const isMembership = ({ spec }: { readonly spec?: unknown }): boolean => {
  if (typeof spec !== 'object' || spec === null) return false;
  const {
    project,
    slice,
    cluster,
    exchangeNamespace,
    sliceUID,
    sliceSubnet,
    driver,
    namespaces,
    blocks,
    access,
  }: Partial<Record<keyof Membership['spec'], unknown>> = spec;
  return (
    [project, slice, cluster, exchangeNamespace].every((name) => typeof name === 'string' && isDnsLabel(name)) &&
    areTexts([sliceUID, sliceSubnet, driver]) &&
    // No cluster may be made to sign, for one slice, a statement that counts in every slice.
    sliceUID !== everySlice.sliceUID &&
    areTexts(namespaces) &&
    areTexts(blocks) &&
    // Few slices have policies; an unreadable one changes nothing, instead of loosening what holds.
    (access === undefined || sliceAccess.safeParse(access).success)
  );
};

/** The membership from which a slice of this cluster was made; undefined when it has none, or an unreadable one. */
export const keptMembership = (slice: Slice | undefined): Membership | undefined => {
  const text = slice?.metadata.annotations?.[membershipAnnotation];
  if (text === undefined) return undefined;
  try {
    const { metadata, spec } = JSON.parse(text) as Partial<Membership>;
    const read = membershipSpec.safeParse(spec);
    if (!read.success || typeof metadata?.name !== 'string') return undefined;
    return { apiVersion: 'exchange.kubeslice.io/v1alpha1', kind: 'Membership', metadata, spec: read.data };
  } catch {
    return undefined;
  }
};
