import { noticeKind } from '../../api/kinds.ts';
import type { Notice } from '../../api/notice/type.ts';
import type { Client } from '../../kubernetes/client.ts';
import { remove } from '../../kubernetes/remove.ts';
import { Failure } from '../../values/failure.ts';

/**
 * Maximum number of statements of a cluster about itself that stay when it is removed. One is needed; the limit bounds what a hostile member leaves
 * behind.
 */
const keptFarewells = 4;

/** Removes the finalizers of a notice: a member must not block the deletion of its notices. */
const release = async (client: Client, notice: Notice, signal: AbortSignal): Promise<void> => {
  if ((notice.metadata.finalizers ?? []).length === 0) return;
  try {
    await client.mergePatch(noticeKind, notice.metadata, { metadata: { finalizers: null } }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};

/** The clusters of a notice by facts that the API server has checked: its name, and the cluster in its spec. Labels are not evidence. */
const ownersOf = ({ metadata, spec }: Notice): readonly string[] => [spec.cluster, metadata.name.slice(0, metadata.name.indexOf('.'))];

/**
 * Whether the statements of a removed cluster about itself stay: one of them is the signed farewell by which the others release its authority and
 * blocks.
 */
type KeepFarewell = boolean;

/**
 * Deletes the notices of some clusters on a board, whatever labels and finalizers they have. The board is listed once, however many clusters there
 * are.
 */
export const removeNotices = async (
  client: Client,
  namespace: string,
  clusters: ReadonlyMap<string, KeepFarewell>,
  signal: AbortSignal,
): Promise<void> => {
  if (clusters.size === 0) return;
  const kept = new Map<string, number>();
  const isFarewell = ({ spec: { kind, cluster } }: Notice): boolean => {
    const before = kept.get(cluster) ?? 0;
    if (kind !== 'Cluster' || clusters.get(cluster) !== true || before >= keptFarewells) return false;
    kept.set(cluster, before + 1);
    return true;
  };
  for await (const page of client.pages(noticeKind, { namespace, signal })) {
    for (const notice of page.items.filter((one) => ownersOf(one).some((owner) => clusters.has(owner)))) {
      await release(client, notice, signal);
      if (!isFarewell(notice)) await remove(client, noticeKind, notice.metadata, signal);
    }
  }
};

/** Removes the finalizers of every notice of a board, so that its namespace can be deleted. */
export const releaseNotices = async (client: Client, namespace: string, signal: AbortSignal): Promise<void> => {
  for await (const page of client.pages(noticeKind, { namespace, signal }))
    for (const notice of page.items) await release(client, notice, signal);
};
