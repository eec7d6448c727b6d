import type { Mirror } from '../../kubernetes/mirror.ts';
import type { LinkHistory } from '../../plan/links/liveness.ts';
import type { NodeInput } from '../../plan/node/desired.ts';
import type { NodePlace } from '../../plan/services/nearest-endpoints.ts';
import { NodeServices } from '../../plan/services/node-services.ts';
import { serviceRecordOf } from '../../plan/services/service-record.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';

/** The services that pods of this node can call. */
export interface ServicesOfNode {
  /** See `NodeInput.services`. */
  readonly of: NonNullable<NodeInput['services']>;
  /** The state of a link of a slice changed. Many changes at once are one. */
  readonly linksChanged: (slice: string) => void;
  /**
   * Takes the peers of a slice, as `<cluster>/<node>`, to which the tunnel is closed: their endpoints get no connections, which would wait for an answer. Call
   * it in each step, before `of`.
   */
  readonly closed: (slice: string, peers: ReadonlySet<string>) => void;
}

/**
 * Follows the imported EndpointSlices, and which peers this node calls Down: their endpoints get no connections from here, whatever others observe.
 *
 * @param onDown a service may have other endpoints now
 * @param here this node in a slice, for traffic policies; unknown until the slice is
 */
export const nodeServices = (
  endpointSlices: Pick<Mirror<EndpointSlice>, 'subscribe' | 'isSynced'>,
  linksOf: (slice: string) => ReadonlyMap<string, LinkHistory>,
  onDown: () => void,
  here: (slice: string) => NodePlace | undefined = () => undefined,
): ServicesOfNode => {
  const services = new NodeServices();
  const turned = new Set<string>();
  const closed = new Map<string, ReadonlySet<string>>();
  const downOf = (slice: string): ReadonlySet<string> =>
    new Set([...[...linksOf(slice)].flatMap(([peer, { state }]) => (state === 'Down' ? [peer] : [])), ...(closed.get(slice) ?? [])]);
  endpointSlices.subscribe(({ type, key, object }) => services.set(key, type === 'deleted' ? undefined : serviceRecordOf(object)));
  const observe = (): void => {
    let changed = false;
    for (const slice of turned) changed = services.down(slice, downOf(slice)) || changed;
    turned.clear();
    if (changed) onDown();
  };
  return {
    of: (slice, range) => (endpointSlices.isSynced() ? services.of(slice, range, here(slice)) : undefined),
    linksChanged: (slice) => {
      if (turned.size === 0) setImmediate(observe);
      turned.add(slice);
    },
    closed: (slice, peers) => {
      const before = closed.get(slice);
      if (peers.size === (before?.size ?? 0) && [...peers].every((peer) => before?.has(peer))) return;
      if (peers.size === 0) closed.delete(slice);
      else closed.set(slice, peers);
      services.down(slice, downOf(slice));
    },
  };
};
