import { noticeKind } from '../../src/api/kinds.ts';
import type { Notice } from '../../src/api/notice/type.ts';
import { createMirror } from '../../src/kubernetes/mirror.ts';
import type { Bed } from './bed.ts';

/** Work of KubeSlice on the hub in some time: every write of every kind, and what goes out to those who watch. */
export interface HubWork {
  /** Statements about clusters, nodes and exports. */
  readonly offers: number;
  /** Reports of clusters about their links. */
  readonly reports: number;
  /** Slices, memberships, clusters and projects, their status above all, which the controller derives from reports. */
  readonly objects: number;
  /** Kubernetes events about those. */
  readonly events: number;
  /** Bytes of the bodies of all these writes. */
  readonly bytesIn: number;
  /** Changes sent to those who watch kinds of KubeSlice, and their bytes. */
  readonly watchEvents: number;
  readonly watchBytes: number;
}

/** All writes together. */
export const allWrites = ({ offers, reports, objects, events }: HubWork): number => offers + reports + objects + events;

const writes = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);
const kinds = new Set(['notices', 'slices', 'memberships', 'clusters', 'projects']);

type Counts = Record<'notices' | 'objects' | 'events' | 'bytesIn' | 'watchEvents' | 'watchBytes', number>;

/** The hub, and until when it is watched. */
type Counted = Pick<Bed, 'hub' | 'signal'>;

const countedByServer = async (bed: Counted): Promise<Counts> => {
  const text = String(await bed.hub.raw('/metrics', { signal: bed.signal }));
  const counts: Counts = { notices: 0, objects: 0, events: 0, bytesIn: 0, watchEvents: 0, watchBytes: 0 };
  for (const [, metric = '', labels = '', value] of text.matchAll(/^(apiserver_[a-z_]+)\{([^}]*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const ours = label('group').endsWith('kubeslice.io');
    const resource = label('resource');
    const isWrite = writes.has(label('verb').toUpperCase());
    if (metric === 'apiserver_request_total' && isWrite && label('dry_run') === '') {
      if (resource === 'notices') counts.notices += Number(value);
      else if (ours) counts.objects += Number(value);
      else if (resource === 'events') counts.events += Number(value);
    }
    // This one has no group; no kind of Kubernetes itself has these names.
    if (metric === 'apiserver_request_body_size_bytes_sum' && (kinds.has(resource.split('.')[0] ?? '') || resource === 'events')) {
      counts.bytesIn += Number(value);
    }
    if (metric === 'apiserver_watch_events_total' && ours) counts.watchEvents += Number(value);
    if (metric === 'apiserver_watch_events_sizes_sum' && ours) counts.watchBytes += Number(value);
  }
  return counts;
};

/**
 * Starts counting; the function returned gives what was done since. The API server's own metrics count all writes and bytes; which notices were
 * reports, a watch tells, whose own events are not counted. Leases, which are renewed by the clock and not by changes, do not count.
 */
export const countHubWrites = async (bed: Counted): Promise<() => Promise<HubWork>> => {
  const mirror = createMirror<Notice>({ client: bed.hub, kind: noticeKind });
  void mirror.run(bed.signal);
  await mirror.synced(bed.signal);
  let [reports, seen, seenBytes] = [0, 0, 0];
  mirror.subscribe(({ object, initial }) => {
    if (initial) return;
    seen += 1;
    seenBytes += JSON.stringify(object).length;
    if (object.spec.kind === 'Links') reports += 1;
  });
  const before = await countedByServer(bed);
  return async () => {
    const after = await countedByServer(bed);
    const since = (count: keyof Counts): number => after[count] - before[count];
    return {
      offers: since('notices') - reports,
      reports,
      objects: since('objects'),
      events: since('events'),
      bytesIn: since('bytesIn'),
      watchEvents: since('watchEvents') - seen,
      watchBytes: since('watchBytes') - seenBytes,
    };
  };
};
