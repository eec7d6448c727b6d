import { noticeKind } from '../../src/api/kinds.ts';
import type { Notice } from '../../src/api/notice/type.ts';
import { createMirror } from '../../src/kubernetes/mirror.ts';
import type { Bed } from './bed.ts';

/** Writes of KubeSlice on the hub in some time. */
export interface HubWrites {
  /** What clusters offer and withdraw: statements about clusters, nodes and exports. */
  readonly offers: number;
  /** Everything else: states of links as they change, and the status that the controller derives from them. */
  readonly others: number;
}

const writes = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);

const countedByServer = async (bed: Bed): Promise<{ notices: number; others: number }> => {
  const text = String(await bed.hub.raw('/metrics', { signal: bed.signal }));
  const counts = { notices: 0, others: 0 };
  for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (!label('group').endsWith('kubeslice.io') || !writes.has(label('verb')) || label('dry_run') !== '') continue;
    counts[label('resource') === 'notices' ? 'notices' : 'others'] += Number(value);
  }
  return counts;
};

/**
 * Starts counting; the function returned gives what was written since. The API server's own metric `apiserver_request_total` counts all
 * writes; which notices were about links, the watch tells. Leases, which are renewed by the clock and not by changes, do not count.
 */
export const countHubWrites = async (bed: Bed): Promise<() => Promise<HubWrites>> => {
  const mirror = createMirror<Notice>({ client: bed.hub, kind: noticeKind });
  void mirror.run(bed.signal);
  await mirror.synced(bed.signal);
  let links = 0;
  mirror.subscribe(({ object, initial }) => {
    if (!initial && object.spec.kind === 'Links') links += 1;
  });
  const before = await countedByServer(bed);
  return async () => {
    const after = await countedByServer(bed);
    const notices = after.notices - before.notices;
    return { offers: notices - links, others: after.others - before.others + links };
  };
};
