import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { membershipAnnotation } from '../../api/labels.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SlicePeerSpec } from '../../api/slicepeer/type.ts';
import { containsIp, parseCidr } from '../../values/address/cidr.ts';
import { formatIp, readIp } from '../../values/address/ip.ts';
import { Failure } from '../../values/failure.ts';
import { sortedBy } from '../../values/text/order.ts';
import {
  type AccessGroup,
  type AccessPolicyFacts,
  type AccessPorts,
  accessProtocols,
  accessScopes,
  type SliceAccess,
} from '../policy/access.ts';
import { labelSelectorOf, selectorOf } from '../policy/selector-of.ts';
import { enumField, portField } from './fields.ts';

/** The policies of a slice as the hub grants them. */
export type GrantedAccess = NonNullable<MembershipSpec['access']>;
type Rule = Pick<AccessPolicy['spec'], 'action' | 'to' | 'from' | 'ports'>;

const actions = ['Allow', 'Deny'] as const;

/** The parts of a policy that decide; throws `InvalidInput` with the first invalid field: ports become rules of the kernel. */
const ruleOf = (field: string, { action, from, ports }: Rule): Pick<AccessPolicyFacts, 'action' | 'from' | 'ports'> => ({
  action: enumField(`${field}.action`, action ?? 'Allow', actions),
  ...(from === undefined ? {} : { from: from.map(selectorOf) }),
  ...(ports === undefined ? {} : { ports: ports.map((one, at) => portsOf(`${field}.ports[${at}]`, one)) }),
});

const slicePolicyOf = (policy: { readonly name: string } & Rule): AccessPolicyFacts => ({
  name: policy.name,
  scope: 'slice',
  to: selectorOf(policy.to ?? {}),
  ...ruleOf(`policy ${policy.name}: spec`, policy),
});

/** A policy of an owner, who speaks for the pods of its namespace in this cluster only; throws `InvalidInput` for an invalid field. */
export const ownerPolicyOf = (cluster: string, { metadata: { namespace = '', name }, spec }: AccessPolicy): AccessPolicyFacts => ({
  name: `${namespace}/${name}`,
  scope: 'owner',
  to: {
    clusters: [cluster],
    namespaces: [namespace],
    ...(spec.to?.podSelector === undefined ? {} : { podSelector: labelSelectorOf(spec.to.podSelector) }),
  },
  ...ruleOf(`AccessPolicy ${namespace}/${name}: spec`, spec),
});

/**
 * The policies of a slice in this cluster: those of the hub, and those of the owners of pods here; undefined when there are none. A policy of an owner
 * concerns the pods of its own namespace in this cluster, whatever it names. One with `dryRun` is not in force.
 *
 * @param owned the AccessPolicy objects of this slice in its namespaces here
 */
export const sliceAccessOf = (
  cluster: string,
  granted: GrantedAccess | undefined,
  owned: readonly AccessPolicy[],
): SliceAccess | undefined => {
  if (granted === undefined && owned.length === 0) return undefined;
  const slice = (granted?.policies ?? []).map(slicePolicyOf);
  const owners = owned.filter(({ spec }) => spec.dryRun !== true).map((policy) => ownerPolicyOf(cluster, policy));
  return {
    default: enumField('access.default', granted?.default ?? 'Allow', actions),
    cluster,
    policies: sortedBy([...slice, ...owners], ({ scope, name }) => `${scope} ${name}`),
  };
};

/** A policy of the hub by its fields; undefined when it is invalid. */
export const slicePolicyFacts = (name: string, rule: Rule): AccessPolicyFacts | undefined => {
  try {
    return slicePolicyOf({ name, ...rule });
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return undefined;
    throw error;
  }
};

/** The valid ones of the policies that the hub grants. */
export const grantedPolicies = (granted: GrantedAccess | undefined): AccessPolicyFacts[] =>
  (granted?.policies ?? []).flatMap(({ name, ...rule }) => slicePolicyFacts(name, rule) ?? []);

/** Whether the grant in the annotation of a slice denies by default. */
const isKeptClosed = (slice: Slice | undefined): boolean => {
  const text = slice?.metadata.annotations?.[membershipAnnotation];
  // Most slices have no policies, and need not be parsed at each step.
  if (text === undefined || !text.includes('"access":')) return false;
  try {
    const { spec } = JSON.parse(text) as { readonly spec?: { readonly access?: { readonly default?: unknown } } };
    return spec?.access?.default === 'Deny';
  } catch {
    return false;
  }
};

/**
 * The policies of the hub in this cluster's copy of a slice. Older definitions drop them from the spec; then only the default is known, from an
 * annotation, which they do not drop.
 */
export const grantedAccess = (slice: Slice | undefined): GrantedAccess | undefined => {
  const access = slice?.spec.access;
  if (access === undefined) return isKeptClosed(slice) ? { default: 'Deny', policies: [] } : undefined;
  return { default: access.default ?? 'Allow', policies: access.policies ?? [] };
};

/** The identities that another node states. An address outside of its blocks is nobody's: a node speaks for its own pods only. */
export const peerIdentities = (
  { pods = [], labelKeys = [] }: Pick<SlicePeerSpec, 'pods' | 'labelKeys'>,
  blocks: readonly string[],
): AccessGroup[] => {
  const own = blocks.map(parseCidr);
  return pods.flatMap(({ namespace, serviceAccount, labels = {}, addresses }) => {
    const inside = addresses.flatMap((text) => {
      const ip = readIp(text);
      return ip !== undefined && own.some((block) => containsIp(block, ip)) ? [formatIp(ip)] : [];
    });
    return inside.length === 0 ? [] : [{ namespace, serviceAccount, labels, labelKeys, addresses: inside }];
  });
};

/** Policies from a snapshot, with the checks for objects; throws `InvalidInput`. */
export const parseAccess = ({ default: otherwise, cluster, policies }: SliceAccess): SliceAccess => ({
  default: enumField('access.default', otherwise, actions),
  cluster,
  policies: policies.map((policy) => ({
    name: policy.name,
    scope: enumField('access.scope', policy.scope, accessScopes),
    to: policy.to,
    action: enumField('access.action', policy.action, actions),
    ...(policy.from === undefined ? {} : { from: policy.from }),
    ...(policy.ports === undefined ? {} : { ports: policy.ports.map((ports) => portsOf('access.ports', ports)) }),
  })),
});

/** Ports with every field checked, because they become rules of the kernel. */
const portsOf = (
  field: string,
  { protocol, port, endPort }: { readonly protocol?: unknown; readonly port?: unknown; readonly endPort?: unknown },
): AccessPorts => ({
  protocol: enumField(`${field}.protocol`, protocol ?? 'TCP', accessProtocols),
  ...(port === undefined ? {} : { port: portField(`${field}.port`, port) }),
  ...(endPort === undefined ? {} : { endPort: portField(`${field}.endPort`, endPort) }),
});
