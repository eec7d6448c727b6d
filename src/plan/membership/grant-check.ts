import type { Verdict } from '../../api/condition.ts';
import { openAccessAnnotation } from '../../api/labels.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';
import { memberNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { formatCidr, readCidr } from '../../values/address/cidr.ts';
import { liesIn } from '../../values/address/cidr-space.ts';
import { subnetLayout } from '../../values/address/subnet-layout.ts';
import { type UnknownField, understoodPolicies } from '../policy/understood-policies.ts';
import { type ClusterNetworks, overlappedNetwork } from './cluster-networks.ts';
import { type Consent, consentsToNamespace, consentsToSubnet } from './consent.ts';
import { keptMembership } from './granted.ts';

/** The inputs of the judgement of a grant. */
export interface GrantSnapshot {
  readonly grant: MembershipSpec;
  /** The cluster's own networks. */
  readonly networks: ClusterNetworks;
  /** The SliceNodes of the slice. */
  readonly nodes: readonly SliceNode[];
  /** The local slices of this cluster. */
  readonly slices: readonly Slice[];
  readonly consent: Consent;
}

/** The judgement of a grant. */
export interface GrantJudgement {
  /** The grant with the namespaces and the default access that hold here; undefined when the grant is not applied. */
  readonly applied: MembershipSpec | undefined;
  readonly verdicts: readonly Verdict[];
}

const accepted: Verdict = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'This cluster applies the grant of the hub.' };

const refused = (reason: Verdict['reason'], message: string): GrantJudgement => ({
  applied: undefined,
  verdicts: [{ type: 'Accepted', status: 'False', reason, message: `${message}; the grant is not applied.` }],
});

/**
 * Judges the grant of the hub to this cluster. The hub compares the same networks when a slice is created. They are compared here again, because a
 * compromised hub could otherwise place a slice over the cluster's own services, or move an application into another slice.
 *
 * ```
 * the slice runs with that subnet already            its subnet is not judged again: a later node must not end a working slice
 * subnet overlaps a network of the cluster           SubnetOverlap: not applied
 * subnet is not private, and not allowed here        SubnetNotAllowed: not applied
 * a block outside the subnet, or over a network      BlockRefused: not applied
 * a namespace is in an older slice here              the others are applied; NamespaceConflict
 * a namespace that is not allowed here               the others are applied; NamespaceNotAllowed
 * default access Allow, where it was Deny            Deny stays; StricterDefaultKept
 * a policy with a field that is not known here       it denies what the rest of it selects; FieldUnknown
 * ```
 */
export const judgeGrant = (seen: GrantSnapshot): GrantJudgement => {
  const { grant, networks, nodes, consent } = seen;
  const runs = nodes.some(({ spec }) => spec.sliceUID === grant.sliceUID && spec.sliceSubnet === grant.sliceSubnet);
  if (!runs) {
    const met = overlappedNetwork(grant.sliceSubnet, networks);
    if (met !== undefined) {
      return refused(
        'SubnetOverlap',
        `The hub grants this cluster the slice with sliceSubnet ${grant.sliceSubnet}, which overlaps the ${met} of this cluster; use another subnet, or exclude the cluster`,
      );
    }
    if (!consentsToSubnet(consent, grant.sliceSubnet)) {
      return refused(
        'SubnetNotAllowed',
        `The hub grants this cluster the slice with sliceSubnet ${grant.sliceSubnet}, which is not a private network; allow it with "kubeslice join --slice-networks ${grant.sliceSubnet}", or use a private one`,
      );
    }
  }
  const block = refusedBlock(seen, runs);
  if (block !== undefined) return refused('BlockRefused', block);
  const { namespaces, verdict } = ownNamespaces(seen);
  const { access: strictest, verdict: kept } = strictestAccess(seen);
  const { access, unknown } = strictest === undefined ? { access: undefined, unknown: [] } : understoodPolicies(strictest);
  return {
    applied: { ...grant, namespaces, ...(access === undefined ? {} : { access }) },
    verdicts: [accepted, verdict, kept, understood(unknown)],
  };
};

const understood = (unknown: readonly UnknownField[]): Verdict => {
  const type = 'PoliciesUnderstood';
  const [first] = unknown;
  if (first === undefined)
    return { type, status: 'True', reason: 'Accepted', message: 'This version knows every field of the policies that the hub grants.' };
  const { policy, field } = first;
  const message = `${unknown.length} policies of the hub have a field that this version does not know, ${policy} among them with ${field}; they deny what the rest of them selects. Upgrade this cluster to the version of the hub.`;
  return { type, status: 'False', reason: 'FieldUnknown', message };
};

/** The access of the slice with the strictest default that this cluster has seen: a hub that is taken over must not open a slice. */
const strictestAccess = ({ grant, slices }: GrantSnapshot): { access: MembershipSpec['access']; verdict: Verdict } => {
  const type = 'DefaultAccessAccepted';
  const { access, slice } = grant;
  const self = slices.find(({ metadata }) => metadata.name === slice);
  // Older definitions drop the field, but no annotation.
  const denied = [self?.spec.access, keptMembership(self)?.spec.access].some((before) => before?.default === 'Deny');
  if (!denied || access?.default === 'Deny' || self?.metadata.annotations?.[openAccessAnnotation] === 'true')
    return { access, verdict: { type, status: 'True', reason: 'Accepted', message: 'The default access is that of the hub.' } };
  return {
    access: { ...access, default: 'Deny' },
    verdict: {
      type,
      status: 'False',
      reason: 'StricterDefaultKept',
      message: `The hub grants the slice with the default access Allow, which was Deny before; this cluster goes on to deny. If that is meant, run "kubectl -n ${memberNamespace} annotate slice ${slice} ${openAccessAnnotation}=true" in this cluster.`,
    },
  };
};

/** A block that would give pods of this cluster addresses that something else uses. */
const refusedBlock = ({ grant, networks }: GrantSnapshot, runs: boolean): string | undefined => {
  const { pods } = subnetLayout(grant.sliceSubnet);
  for (const text of grant.blocks) {
    const block = readCidr(text);
    if ('fault' in block) return `The hub grants this cluster the block ${JSON.stringify(text)}, which is not an address block`;
    if (!liesIn(pods, block))
      return `The hub grants this cluster the block ${formatCidr(block)}, which is outside the pod addresses of sliceSubnet ${grant.sliceSubnet}`;
    const met = runs ? undefined : overlappedNetwork(text, networks);
    if (met !== undefined) return `The hub grants this cluster the block ${text}, which overlaps the ${met} of this cluster`;
  }
  return undefined;
};

/** The namespaces of this cluster in the slice. A namespace that is in a slice already stays there, whatever the hub grants later. */
const ownNamespaces = ({ grant, slices, consent }: GrantSnapshot): { readonly namespaces: string[]; readonly verdict: Verdict } => {
  const self = slices.find(({ metadata }) => metadata.name === grant.slice);
  const holder = (namespace: string): string | undefined =>
    slices.find(
      (other) =>
        other.metadata.name !== grant.slice &&
        membersOf(other).includes(namespace) &&
        !(self !== undefined && membersOf(self).includes(namespace) && isOlder(self, other)),
    )?.metadata.name;
  const held = new Map(
    grant.namespaces.flatMap((namespace) => {
      const other = holder(namespace);
      return other === undefined ? [] : [[namespace, other] as const];
    }),
  );
  const unwanted = grant.namespaces.filter((namespace) => !held.has(namespace) && !consentsToNamespace(consent, namespace));
  const namespaces = grant.namespaces.filter((namespace) => !held.has(namespace) && !unwanted.includes(namespace));
  return { namespaces, verdict: namespacesVerdict(held, unwanted) };
};

const namespacesVerdict = (held: ReadonlyMap<string, string>, unwanted: readonly string[]): Verdict => {
  const type = 'NamespacesAccepted';
  if (held.size > 0) {
    const list = [...held]
      .slice(0, 10)
      .map(([namespace, slice]) => `${namespace} (slice ${slice})`)
      .join(', ');
    const message = `${held.size} namespaces stay in the slice that had them first in this cluster: ${list}; remove them from that slice to move them.`;
    return { type, status: 'False', reason: 'NamespaceConflict', message };
  }
  if (unwanted.length > 0) {
    const message = `${unwanted.length} namespaces were not allowed when this cluster joined and are not members: ${unwanted.slice(0, 10).join(', ')}; allow them with "kubeslice join --namespaces".`;
    return { type, status: 'False', reason: 'NamespaceNotAllowed', message };
  }
  return { type, status: 'True', reason: 'Accepted', message: 'Every namespace of the slice that this cluster has is a member.' };
};

const membersOf = ({ spec }: Slice): readonly string[] => spec.namespaceIsolationProfile?.applicationNamespaces ?? [];

/** By creation in this cluster; of two within the same second, by name. */
const isOlder = (a: Slice, b: Slice): boolean => {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return first === second ? a.metadata.name < b.metadata.name : first < second;
};
