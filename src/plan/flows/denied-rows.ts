import { sortedBy } from '../../values/text/order.ts';
import type { CountedFlow } from './counted-flow.ts';
import { endsOf, type FlowNames, type FlowPod, flowPod, type MemberFlows } from './flow-row.ts';
import { type FlowRule, ruleOf, ruleText } from './flow-rule.ts';
import type { NodeFlows, SliceFlows } from './node-flows.ts';

/** At which end of a flow a node denied it; `both` when both pods run on the node. */
export type DenyingEnd = 'source' | 'destination' | 'both';

/** A flow that a node denied lately. */
export interface DeniedRow extends Pick<CountedFlow, 'protocol' | 'port' | 'packets' | 'age'> {
  readonly slice: string;
  /** When its last packet was denied, by the clock of the node, as RFC 3339 writes it. */
  readonly time: string;
  readonly source: FlowPod;
  /** Absent for a caller of whose flows only packets are recorded. */
  readonly destination?: FlowPod;
  readonly rule: FlowRule & { readonly text: string };
  readonly end: DenyingEnd;
  /** The node that denied it, and its cluster. */
  readonly node: string;
  readonly cluster: string;
}

/** What nodes denied lately, the latest first, with the rule by which their policies deny it now. */
export const deniedRows = (members: readonly MemberFlows[], names: FlowNames): DeniedRow[] => {
  const rows = members.flatMap(({ cluster, answers }) =>
    answers.flatMap((answer) => answer.slices.flatMap((slice) => rowsOf(cluster, answer, slice, names))),
  );
  return sortedBy(rows, ({ slice, source, destination, port, node }) =>
    JSON.stringify([slice, source.address, destination?.address, port, node]),
  ).toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time));
};

const rowsOf = (cluster: string, { node, now }: NodeFlows, flows: SliceFlows, names: FlowNames): DeniedRow[] => {
  const { slice, access, denied } = flows;
  if (denied === undefined || access === undefined) return [];
  const ends = endsOf(flows);
  const row = (
    { source, packets, age }: Pick<CountedFlow, 'source' | 'packets' | 'age'>,
    destination: string | undefined,
    called: Pick<CountedFlow, 'protocol' | 'port'>,
    rule: FlowRule,
  ): DeniedRow => {
    const [isFromHere, isToHere] = [source, destination].map((address) => address !== undefined && ends.get(address)?.isOwn === true);
    return {
      slice,
      time: new Date(now - age * 1_000).toISOString(),
      source: flowPod(slice, source, ends.get(source), cluster, names),
      ...(destination === undefined ? {} : { destination: flowPod(slice, destination, ends.get(destination), cluster, names) }),
      ...called,
      rule: { ...rule, text: ruleText(rule) },
      end: isFromHere ? (isToHere ? 'both' : 'source') : 'destination',
      node,
      cluster,
      packets,
      age,
    };
  };
  const known = (address: string) => ({ cluster: ends.get(address)?.cluster, identity: ends.get(address)?.identity });
  return [
    ...denied.flows.map((flow) => {
      const { source, destination, protocol, port } = flow;
      const judged = { source: known(source), destination: known(destination), protocol, port };
      return row(flow, destination, { protocol, port }, ruleOf(access, judged));
    }),
    ...denied.strays.map((flow) => row(flow, flow.destination, { protocol: flow.protocol, port: flow.port }, { reason: 'NoBeginning' })),
    ...denied.crowded.map((caller) => row(caller, undefined, { protocol: 'Other', port: 0 }, { reason: 'RecordFull' })),
  ];
};
