import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';

/** The exports over capacity of a node's service ports, from the last computation for each node. Emits the affected exports (namespace/name). */
export interface ExportsOverCapacity extends Source<string> {
  /** Sets the exports over capacity of a node; true when that changed. */
  set(node: string, exports: readonly string[]): boolean;
  /** The nodes that are over capacity for an export, in order. */
  nodesOf(key: string): readonly string[];
}

/** No export is over capacity yet. */
export const createExportsOverCapacity = (): ExportsOverCapacity => {
  const byNode = new Map<string, ReadonlySet<string>>();
  const { emit, subscribe } = createEmitter<string>(() => [...byNode.values()].flatMap((exports) => [...exports]));
  return {
    set: (node, exports) => {
      const before = byNode.get(node) ?? new Set<string>();
      const after = new Set(exports);
      const changed = [...before].filter((key) => !after.has(key)).concat([...after].filter((key) => !before.has(key)));
      if (after.size === 0) byNode.delete(node);
      else byNode.set(node, after);
      for (const key of changed) emit(key);
      return changed.length > 0;
    },
    nodesOf: (key) => [...byNode].flatMap(([node, exports]) => (exports.has(key) ? [node] : [])).toSorted(),
    subscribe,
  };
};
