import { sliceNodeKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { sliceNodeName } from '../../../api/slicenode/type.ts';
import { watching } from '../../../loop/watching.ts';
import type { Session } from '../session/session.ts';

/** How soon publication is checked again, in milliseconds. An address is in quarantine for longer in any case. */
const checkAgainMs = 1_000;

/** Shortest interval between these writes to a node, in milliseconds: many pods may end in succession. */
const gapMs = 5_000;

/**
 * Reports to each node up to which revision of its pods' addresses everything was published to the other clusters: until then, released addresses
 * stay in quarantine, because clients elsewhere may still use them. While the hub is unreachable nothing is published, so the quarantine lasts as
 * long. The key is the node.
 *
 * @param isPublished whether every change that this worker knows is on the board
 */
export const withdrawnThrough = (session: Session, isPublished: () => boolean) => {
  const { local, slice, clock } = session;
  const writtenAt = new Map<string, number>();
  return {
    name: 'withdrawn-through',
    watches: [
      watching(local.sliceNodes, ({ type, object, previous }) =>
        object.spec.slice === slice && type !== 'deleted' && object.status?.podsRevision !== previous?.status?.podsRevision
          ? [object.spec.node]
          : [],
      ),
    ],
    reconcile: async (node: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const seen = local.sliceNodes.get(`${memberNamespace}/${sliceNodeName(slice, node)}`);
      if (seen === undefined || seen.spec.sliceUID !== session.grant.sliceUID) {
        writtenAt.delete(node);
        return undefined;
      }
      const revision = seen.status?.podsRevision ?? 0;
      if (seen.spec.withdrawnThrough === revision) return undefined;
      const wait = (writtenAt.get(node) ?? Number.NEGATIVE_INFINITY) + gapMs - clock.monotonic();
      if (wait > 0) return { againMs: Math.ceil(wait) };
      if (!isPublished()) return { againMs: checkAgainMs };
      await local.client.mergePatch(sliceNodeKind, seen.metadata, { spec: { withdrawnThrough: revision } }, { signal });
      writtenAt.set(node, clock.monotonic());
      return undefined;
    },
  };
};
