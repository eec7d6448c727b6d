import { sortedBy } from '../../values/text/order.ts';
import type { CountedFlow } from './counted-flow.ts';
import { clusterOf, endsOf, type FlowNames, type FlowPod, flowPod, type MemberFlows } from './flow-row.ts';
import type { FlowEnd } from './node-flows.ts';

/** A flow that passed while nodes listened. */
export interface SeenRow extends Pick<CountedFlow, 'protocol' | 'port' | 'packets'> {
  readonly slice: string;
  readonly source: FlowPod;
  readonly destination: FlowPod;
}

/** The flows that passed, once each: the nodes of both ends saw the same packets. */
export const seenRows = (members: readonly MemberFlows[], names: FlowNames): SeenRow[] => {
  const rows = new Map<string, SeenRow>();
  for (const { cluster, answers } of members)
    for (const { slices } of answers)
      for (const flows of slices) {
        const { slice } = flows;
        const ends = endsOf(flows);
        for (const { source, destination, protocol, port, packets } of flows.seen?.flows ?? []) {
          // Router addresses of nodes are no ends of flows.
          if (!ends.has(source) || !ends.has(destination)) continue;
          const key = JSON.stringify([slice, source, destination, protocol, port]);
          const before = rows.get(key);
          const pod = (address: string, known: FlowPod | undefined): FlowPod =>
            better(known, flowPod(slice, address, ends.get(address), cluster, names));
          rows.set(key, {
            slice,
            source: pod(source, before?.source),
            destination: pod(destination, before?.destination),
            protocol,
            port,
            packets: Math.max(packets, before?.packets ?? 0),
          });
        }
      }
  return sortedBy(rows.values(), ({ slice, source, destination, protocol, port }) =>
    JSON.stringify([slice, source.address, destination.address, protocol, port]),
  );
};

/** Of two descriptions of one pod the one with more names. */
const better = (before: FlowPod | undefined, now: FlowPod): FlowPod =>
  before !== undefined && Object.keys(before).length >= Object.keys(now).length ? before : now;

/** What is known of each address by the node that runs its pod, by slice and address. */
export const ownEnds = (members: readonly MemberFlows[], slice: string): ReadonlyMap<string, FlowEnd> => {
  const all = members.flatMap(({ cluster, answers }) =>
    answers.flatMap(({ slices }) =>
      slices
        .filter((one) => one.slice === slice)
        .flatMap(({ ends }) => ends.filter(({ isOwn }) => isOwn).map((end) => ({ ...end, cluster: clusterOf(end, cluster) ?? cluster }))),
    ),
  );
  return new Map(all.map((end) => [end.address, end]));
};
