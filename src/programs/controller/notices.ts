import { noticeKind } from '../../api/kinds.ts';
import type { Notice } from '../../api/notice/type.ts';
import type { Client } from '../../kubernetes/client.ts';
import { remove } from '../../kubernetes/remove.ts';
import { Failure } from '../../values/failure.ts';

/** Statements of a cluster about itself that stay when it is removed; it needs one, and the limit bounds what a hostile member leaves behind. */
const keptFarewells = 4;

/** Takes the finalizers off a notice: no member may hold on to what it has published. */
const release = async (client: Client, notice: Notice, signal: AbortSignal): Promise<void> => {
  if ((notice.metadata.finalizers ?? []).length === 0) return;
  try {
    await client.mergePatch(noticeKind, notice.metadata, { metadata: { finalizers: null } }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};

/** Whether a notice is of that cluster, by what the API server has checked: its name, and the cluster in its spec. Labels are not evidence. */
const isOf = ({ metadata, spec }: Notice, cluster: string): boolean => spec.cluster === cluster || metadata.name.startsWith(`${cluster}.`);

/**
 * Deletes what a cluster has on a board, whatever it did to labels and finalizers. With `keepFarewell`, its statements about itself stay: among
 * them is the signed farewell by which the others release its root and blocks.
 */
export const removeNotices = async (
  client: Client,
  namespace: string,
  cluster: string,
  { keepFarewell }: { readonly keepFarewell: boolean },
  signal: AbortSignal,
): Promise<void> => {
  let kept = 0;
  for await (const page of client.pages(noticeKind, { namespace, signal })) {
    for (const notice of page.items.filter((one) => isOf(one, cluster))) {
      await release(client, notice, signal);
      if (keepFarewell && notice.spec.kind === 'Cluster' && notice.spec.cluster === cluster && kept < keptFarewells) kept += 1;
      else await remove(client, noticeKind, notice.metadata, signal);
    }
  }
};

/** Takes the finalizers off every notice of a board, so that its namespace can go. */
export const releaseNotices = async (client: Client, namespace: string, signal: AbortSignal): Promise<void> => {
  for await (const page of client.pages(noticeKind, { namespace, signal }))
    for (const notice of page.items) await release(client, notice, signal);
};
