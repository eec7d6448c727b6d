import { compareText, sortedBy } from '../../values/text/order.ts';
import { type ExportEndpoint, endpointsPerShard, maxShards } from '../statement/export.ts';
import { takesConnections } from '../statement/takes-connections.ts';

/**
 * Maximum number of bytes of endpoints in one shard. With long names fewer fit than {@link endpointsPerShard}, and the statement has other content
 * too.
 */
const bytesPerShard = 20_480;

/** Maximum number of endpoints that one export publishes. */
export const maxEndpoints = endpointsPerShard * (maxShards + 1);

/** Endpoints of an export by shard; shard 0 is part of the statement about the export itself. */
export interface Shards {
  /** No shard is empty, except perhaps the first. */
  readonly shards: ReadonlyMap<number, readonly ExportEndpoint[]>;
  /** How many endpoints are over capacity. */
  readonly omitted: number;
}

/**
 * Bytes of an endpoint in canonical JSON, with a comma, counted without serializing: each change of one endpoint divides the export again. Every text
 * in it is ASCII that JSON does not escape.
 */
export const endpointBytes = (endpoint: ExportEndpoint): number => {
  const { pod, node, hostname, addresses, ready, terminating, targetPorts } = endpoint;
  let bytes = '{"addresses":[],"node":"","pod":"","ready":}'.length + node.length + pod.length + (ready ? 4 : 5) + 1;
  for (const address of addresses) bytes += address.length + 3;
  bytes -= 1;
  if (hostname !== undefined) bytes += '"hostname":"",'.length + hostname.length;
  if (terminating !== undefined) bytes += ',"terminating":true'.length;
  if (targetPorts !== undefined) bytes += ',"targetPorts":[]'.length + targetPorts.join(',').length;
  return bytes;
};

/**
 * Divides the endpoints of an export among shards. An endpoint stays in its published shard, so that a change of one endpoint rewrites one statement;
 * a new endpoint enters the first shard with room. If there is not room for all, endpoints that take connections displace the others.
 * @param most shards that may be used beside the first
 */
export const assignShards = (
  endpoints: readonly ExportEndpoint[],
  published: ReadonlyMap<string, number>,
  most: number = maxShards,
): Shards => {
  const sorted = endpoints.toSorted((a, b) => compareText(a.pod, b.pod));
  // Numbers need not be consecutive: published ones stay, and the lowest free ones are added.
  const kept = [...new Set(published.values())].filter((shard) => shard > 0).toSorted((a, b) => a - b);
  const free = Array.from({ length: maxShards }, (_, index) => index + 1).filter((shard) => !kept.includes(shard));
  const usable = new Set([0, ...[...kept, ...free].slice(0, Math.max(0, most))]);
  const all = place([sorted], published, usable);
  if (all.omitted === 0) return all;
  const { true: first = [], false: last = [] } = Object.groupBy(sorted, (endpoint) => `${takesConnections(endpoint)}`);
  return place([first, last], published, usable);
};

/** Places each endpoint of the first list before any of the next. */
const place = (
  lists: readonly (readonly ExportEndpoint[])[],
  published: ReadonlyMap<string, number>,
  usable: ReadonlySet<number>,
): Shards => {
  const rooms = Array.from({ length: maxShards + 1 }, (_, shard) => ({
    count: usable.has(shard) ? endpointsPerShard : 0,
    bytes: bytesPerShard,
  }));
  const shards = new Map<number, ExportEndpoint[]>([[0, []]]);
  const enter = (shard: number, endpoint: ExportEndpoint): boolean => {
    const room = rooms[shard];
    const bytes = endpointBytes(endpoint);
    if (room === undefined || room.count === 0 || room.bytes < bytes) return false;
    room.count -= 1;
    room.bytes -= bytes;
    const held = shards.get(shard);
    if (held === undefined) shards.set(shard, [endpoint]);
    else held.push(endpoint);
    return true;
  };
  let omitted = 0;
  for (const list of lists) {
    const moving = list.filter((endpoint) => {
      const shard = published.get(endpoint.pod);
      return shard === undefined || !enter(shard, endpoint);
    });
    let first = 0;
    for (const endpoint of moving) {
      while (first < rooms.length && rooms[first]?.count === 0) first += 1;
      let shard = first;
      while (shard < rooms.length && !enter(shard, endpoint)) shard += 1;
      if (shard === rooms.length) omitted += 1;
    }
  }
  return { shards: new Map([...shards].map(([shard, held]) => [shard, sortedBy(held, ({ pod }) => pod)])), omitted };
};
