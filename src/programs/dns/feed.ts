import type { EndpointSlice } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { importRecordOf } from '../../plan/dns/import-record.ts';
import type { NodePath } from '../../plan/dns/withdrawal.ts';
import type { Zone } from '../../plan/dns/zone.ts';
import { followWithdrawals, type Reports } from '../withdrawals.ts';

/** Where the zone's content comes from. */
export type ZoneSources = {
  readonly endpointSlices: Pick<Mirror<EndpointSlice>, 'subscribe'>;
  readonly sliceNodes: Reports;
};

/**
 * Keeps the zone as the mirrors are, from now on, at the moment they change; the returned function ends it. What a lost API server last
 * said stays. `onWithdrawn` hears how many nodes are withdrawn whenever that was decided anew.
 */
export const feedZone = (zone: Zone, { endpointSlices, sliceNodes }: ZoneSources, onWithdrawn: (count: number) => void): (() => void) => {
  const stopSlices = endpointSlices.subscribe(({ type, key, object }) => {
    const record = type === 'deleted' ? undefined : importRecordOf(object);
    if (record === undefined) zone.delete(key);
    else zone.set(key, record);
  });

  const withdrawn = new Map<string, ReadonlySet<NodePath>>();
  const stopNodes = followWithdrawals(sliceNodes, (decided) => {
    for (const [slice, nodes] of decided) {
      if (nodes.size === 0) withdrawn.delete(slice);
      else withdrawn.set(slice, nodes);
    }
    const all = new Set([...withdrawn.values()].flatMap((nodes) => [...nodes]));
    zone.withdraw(all);
    onWithdrawn(all.size);
  });
  return () => {
    stopSlices();
    stopNodes();
  };
};
