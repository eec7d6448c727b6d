import { createEmitter } from '../../loop/emitter.ts';
import type { Source } from '../../loop/source.ts';

/** The exports for whose service ports a node has no room, as last computed for each node. Emits the affected exports (namespace/name). */
export interface LeftOut extends Source<string> {
  /** Sets what a node has no room for; true when that is news. */
  set(node: string, exports: readonly string[]): boolean;
  /** The nodes that have no room for an export, in order. */
  nodesOf(key: string): readonly string[];
}

/** Nothing is left out yet. */
export const createLeftOut = (): LeftOut => {
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
