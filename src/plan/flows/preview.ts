import { sortedBy } from '../../values/text/order.ts';
import type { AccessPolicyFacts, AccessScope, SliceAccess } from '../policy/access.ts';
import type { Flow } from '../policy/judge.ts';
import type { Known } from '../policy/match.ts';
import type { CountedFlow } from './counted-flow.ts';
import { endsOf, type FlowNames, type FlowPod, flowPod, type MemberFlows } from './flow-row.ts';
import { type FlowRule, ruleOf, ruleText } from './flow-rule.ts';
import type { FlowEnd } from './node-flows.ts';
import { ownEnds } from './seen-rows.ts';

/** A policy that is written, or ends. */
export interface PolicyChange {
  readonly scope: AccessScope;
  /** As in {@link AccessPolicyFacts.name}. */
  readonly name: string;
  /** The cluster of an owner's policy; undefined for one of the slice. */
  readonly cluster: string | undefined;
  /** Where it is written; undefined for a policy that ends, wherever it is in force. */
  readonly written: { readonly slice: string; readonly policy: AccessPolicyFacts } | undefined;
}

/** A flow for which a change makes a difference. */
export interface PreviewRow extends Pick<CountedFlow, 'protocol' | 'port' | 'packets'> {
  readonly would: 'cut' | 'allow';
  readonly slice: string;
  readonly source: FlowPod;
  readonly destination: FlowPod;
  /** The rule that denies it: of then for a flow that would be cut, of now for one that would be allowed. */
  readonly rule: FlowRule & { readonly text: string };
}

/** What a change would do. */
export interface Preview {
  readonly rows: readonly PreviewRow[];
  /** How many flows were compared. */
  readonly compared: number;
  /** Packets of flows that had no room where they were counted. */
  readonly missed: number;
  /** Changed policies that end nowhere: no node enforces one of that name. */
  readonly unknown: readonly string[];
}

/** The policies of one cluster after a change; undefined when there are none. */
export const changedAccess = (
  access: SliceAccess | undefined,
  slice: string,
  cluster: string,
  changes: readonly PolicyChange[],
): SliceAccess | undefined => {
  const here = changes.filter((change) => change.scope === 'slice' || change.cluster === cluster);
  const kept = (access?.policies ?? []).filter(({ scope, name }) => !here.some((change) => change.scope === scope && change.name === name));
  const written = here.flatMap(({ written: one }) => (one?.slice === slice ? [one.policy] : []));
  const policies = sortedBy([...kept, ...written], ({ scope, name }) => `${scope} ${name}`);
  const otherwise = access?.default ?? 'Allow';
  return policies.length === 0 && otherwise === 'Allow' ? undefined : { default: otherwise, cluster, policies };
};

/** Keys of the labels for which the policies of a slice ask: others leave no cluster. */
const statedKeys = ({ policies }: SliceAccess): string[] => {
  const selectors = policies.filter(({ scope }) => scope === 'slice').flatMap(({ to, from = [] }) => [to, ...from]);
  return selectors.flatMap(({ podSelector: { matchLabels = {}, matchExpressions = [] } = {} }) => [
    ...Object.keys(matchLabels),
    ...matchExpressions.map(({ key }) => key),
  ]);
};

/** Whether the clusters of a slice state the identities of their pods to the others. */
const areStated = ({ default: otherwise, policies }: SliceAccess): boolean =>
  otherwise === 'Deny' || policies.some(({ scope }) => scope === 'slice');

/** What the nodes of a cluster would know of a pod under some policies. */
const knownIn = (cluster: string, access: SliceAccess, own: FlowEnd | undefined, stated: FlowEnd | undefined): Known => {
  const { identity } = own ?? {};
  const of = own?.cluster ?? stated?.cluster;
  if (identity === undefined) return { cluster: of, identity: stated?.identity };
  if (of === cluster) return { cluster: of, identity };
  if (!areStated(access)) return { cluster: of, identity: stated?.identity };
  return { cluster: of, identity: { ...identity, labelKeys: statedKeys(access) } };
};

/** The nodes of a cluster as one: what they enforce in a slice, and know of addresses. */
interface ClusterNodes {
  readonly cluster: string;
  readonly before: SliceAccess | undefined;
  readonly after: SliceAccess | undefined;
  readonly stated: ReadonlyMap<string, FlowEnd>;
}

const clusterNodes = ({ cluster, answers }: MemberFlows, slice: string, changes: readonly PolicyChange[]): ClusterNodes | undefined => {
  const own = answers.flatMap(({ slices }) => slices.filter((one) => one.slice === slice));
  if (own.length === 0) return undefined;
  const before = own.find(({ access }) => access !== undefined)?.access;
  const stated = new Map(own.flatMap((one) => [...endsOf(one)]));
  return { cluster, before, after: changedAccess(before, slice, cluster, changes), stated };
};

/**
 * What changes of policies would do to flows that nodes have seen pass or have denied, judged as the nodes of both ends judge. A flow of which one end was
 * not asked is judged at the other.
 */
export const planPreview = (members: readonly MemberFlows[], changes: readonly PolicyChange[], names: FlowNames): Preview => {
  const all = members.flatMap(({ answers }) => answers.flatMap(({ slices }) => slices));
  const rows: PreviewRow[] = [];
  let compared = 0;
  for (const slice of new Set(all.map((one) => one.slice))) {
    const nodes = members.flatMap((member) => clusterNodes(member, slice, changes) ?? []);
    const own = ownEnds(members, slice);
    for (const { flow, ends, cluster } of flowsIn(members, slice)) {
      compared += 1;
      const { source, destination, protocol, port } = flow;
      const end = (address: string): FlowEnd | undefined => own.get(address) ?? ends.get(address);
      const judging = nodes.filter((one) => [source, destination].some((address) => end(address)?.cluster === one.cluster));
      const denial = (when: 'before' | 'after'): FlowRule | undefined => {
        for (const { cluster: at, [when]: access, stated } of judging) {
          if (access === undefined) continue;
          const known = (address: string): Known => knownIn(at, access, own.get(address), stated.get(address) ?? ends.get(address));
          const judged: Flow = { source: known(source), destination: known(destination), protocol, port };
          const rule = ruleOf(access, judged);
          if (rule.reason !== 'AllowedNow') return rule;
        }
        return undefined;
      };
      const [now, then] = [denial('before'), denial('after')];
      const rule = then ?? now;
      if (rule === undefined || (now === undefined) === (then === undefined)) continue;
      rows.push({
        would: then === undefined ? 'allow' : 'cut',
        slice,
        source: flowPod(slice, source, end(source), cluster, names),
        destination: flowPod(slice, destination, end(destination), cluster, names),
        protocol,
        port,
        packets: flow.packets,
        rule: { ...rule, text: ruleText(rule) },
      });
    }
  }
  const inForce = all.flatMap(({ access }) => access?.policies ?? []);
  return {
    rows: sortedBy(rows, ({ would, slice, source, destination, protocol, port }) =>
      JSON.stringify([would === 'cut' ? 0 : 1, slice, source.address, destination.address, protocol, port]),
    ),
    compared,
    missed: all.reduce((sum, { seen }) => sum + (seen?.missed ?? 0), 0),
    unknown: changes
      .filter(({ written, scope, name }) => written === undefined && !inForce.some((one) => one.scope === scope && one.name === name))
      .map(({ name }) => name),
  };
};

/** The flows of a slice, once each, with what the node that saw them knows of their ends. */
const flowsIn = (members: readonly MemberFlows[], slice: string) => {
  const found = new Map<string, { readonly flow: CountedFlow; readonly ends: ReadonlyMap<string, FlowEnd>; readonly cluster: string }>();
  for (const { cluster, answers } of members)
    for (const { slices } of answers)
      for (const one of slices) {
        if (one.slice !== slice) continue;
        const ends = endsOf(one);
        for (const flow of [...(one.seen?.flows ?? []), ...(one.denied?.flows ?? [])]) {
          if (!ends.has(flow.source) || !ends.has(flow.destination)) continue;
          const key = JSON.stringify([flow.source, flow.destination, flow.protocol, flow.port]);
          const before = found.get(key);
          if (before === undefined || before.flow.packets < flow.packets) found.set(key, { flow, ends, cluster });
        }
      }
  return found.values();
};
