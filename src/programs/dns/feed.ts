import type { SliceNode } from '../../api/slicenode/type.ts';
import type { EndpointSlice } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { importRecordOf } from '../../plan/dns/import-record.ts';
import { type NodePath, sameStates, withdrawnNodes } from '../../plan/dns/withdrawal.ts';
import type { Zone } from '../../plan/dns/zone.ts';

/** Where the zone's content comes from. */
export type ZoneSources = {
  readonly endpointSlices: Pick<Mirror<EndpointSlice>, 'subscribe'>;
  readonly sliceNodes: Pick<Mirror<SliceNode>, 'subscribe' | 'list'>;
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
  const changed = new Set<string>();
  const decide = (): void => {
    for (const slice of changed) {
      const nodes = withdrawnNodes(sliceNodes.list().filter(({ spec }) => spec.slice === slice));
      if (nodes.size === 0) withdrawn.delete(slice);
      else withdrawn.set(slice, nodes);
    }
    changed.clear();
    const all = new Set([...withdrawn.values()].flatMap((nodes) => [...nodes]));
    zone.withdraw(all);
    onWithdrawn(all.size);
  };
  let waiting: NodeJS.Immediate | undefined;
  const stopNodes = sliceNodes.subscribe(({ type, object, previous }) => {
    if (type === 'updated' && sameStates(previous?.status, object.status)) return;
    changed.add(object.spec.slice);
    // A hundred nodes listed at once are one decision for each slice.
    waiting ??= setImmediate(() => {
      waiting = undefined;
      decide();
    });
  });
  return () => {
    stopSlices();
    stopNodes();
    clearImmediate(waiting);
  };
};
