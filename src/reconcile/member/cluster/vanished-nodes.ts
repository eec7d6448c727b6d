import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';

/**
 * The last states of a slice's SliceNodes that were deleted although the slice did not end: by a person, or because their definition was removed.
 * Nodes and pods continue as before, so the statements about them stay until the agent of the node has reported again.
 */
export interface VanishedNodes {
  /** The SliceNode of a node; undefined when it did not disappear. */
  get(node: string): SliceNode | undefined;
  /** Those in which a pod had an address. */
  withPod(uid: string): readonly SliceNode[];
}

/** Follows the SliceNodes of a slice until the signal aborts. */
export const followVanished = (sliceNodes: Pick<Mirror<SliceNode>, 'subscribe'>, slice: string, signal: AbortSignal): VanishedNodes => {
  const vanished = new Map<string, SliceNode>();
  const unsubscribe = sliceNodes.subscribe(({ type, object }) => {
    const { node, ended } = object.spec;
    if (object.spec.slice !== slice) return;
    if (type === 'deleted' && ended === undefined) {
      // One that is deleted again before its agent has reported keeps its earlier state.
      if (object.status?.publicKey !== undefined) vanished.set(node, object);
    } else if (type === 'deleted' || object.status?.publicKey !== undefined) vanished.delete(node);
    // A later slice of the same name is a different slice.
    else if (vanished.get(node)?.spec.sliceUID !== object.spec.sliceUID) vanished.delete(node);
  });
  signal.addEventListener('abort', unsubscribe, { once: true });
  return {
    get: (node) => vanished.get(node),
    withPod: (uid) => [...vanished.values()].filter(({ status }) => status?.pods?.[uid] !== undefined),
  };
};
