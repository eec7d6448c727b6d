import type { EndpointSlice } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { importRecordOf } from '../../plan/names/import-record.ts';
import type { ReverseZone } from '../../plan/names/reverse/reverse-zone.ts';
import { ServiceReadiness } from '../../plan/names/service-readiness.ts';
import type { Withdrawals } from '../../plan/names/withdrawal.ts';
import type { Zone } from '../../plan/names/zone.ts';
import type { Clock } from '../../values/clock.ts';
import { followWithdrawals, type Reports } from '../withdrawals.ts';

/** The zones of names, at least one, and that of addresses. */
export type FedZones = {
  readonly zones: readonly Zone[];
  readonly reverse: ReverseZone;
};

/** The sources of the zones' content. */
export type ZoneSources = {
  readonly endpointSlices: Pick<Mirror<EndpointSlice>, 'subscribe'>;
  readonly sliceNodes: Reports;
  readonly clock: Clock;
};

/**
 * Keeps zones equal to the mirrors from now on; the returned function ends it. While the API server is unreachable, the last known content
 * stays. `onWithdrawn` gets the number of nodes whose endpoints are withdrawn after each new decision.
 */
export const feedZones = (
  { zones, reverse }: FedZones,
  { endpointSlices, sliceNodes, clock }: ZoneSources,
  onWithdrawn: (count: number) => void,
): (() => void) => {
  const stopSlices = endpointSlices.subscribe(({ type, key, object }) => {
    const record = type === 'deleted' ? undefined : importRecordOf(object);
    for (const zone of [...zones, reverse]) {
      if (record === undefined) zone.delete(key);
      else zone.set(key, record);
    }
  });

  const readiness = new ServiceReadiness();
  const stopReadiness = sliceNodes.subscribe(({ type, object }) => {
    const slice = object.spec.slice;
    readiness.set(object, type === 'deleted');
    for (const zone of [...zones, reverse]) zone.translate(slice, readiness.isReady(slice));
    reverse.subnet(slice, object.metadata.name, type === 'deleted' ? undefined : object.spec.sliceSubnet);
  });

  let withdrawn: ReadonlyMap<string, Withdrawals> = new Map();
  const stopNodes = followWithdrawals(sliceNodes, clock, (decided) => {
    const now = new Map([...withdrawn, ...decided]);
    withdrawn = now;
    const has = (path: string): boolean => {
      const [slice = '', cluster = '', node = ''] = path.split('/');
      return now.get(slice)?.has(cluster, node) ?? false;
    };
    reverse.withdraw({ has });
    // Every zone has the same nodes.
    onWithdrawn(Math.max(...zones.map((zone) => zone.withdraw({ has }))));
  });
  return () => {
    stopSlices();
    stopReadiness();
    stopNodes();
  };
};
