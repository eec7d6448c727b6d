import { type ExportEndpoint, exportOfShard } from '../statement/export.ts';
import { refKey, type StatementRef } from './ledger.ts';

/**
 * An index of the exports that have an endpoint on a node, by the statements in force. An update costs the endpoints of the changed statement; a
 * query costs the exports on that node.
 */
export class ExportsOnNode {
  /** Nodes of the endpoints, by statement. */
  readonly #nodes = new Map<string, ReadonlySet<string>>();
  /** By `<cluster>/<node>`, the exports with an endpoint there, each with the number of its statements that name the node. */
  readonly #exports = new Map<string, Map<string, number>>();

  /** Sets the endpoints of a statement about an export, or about more endpoints of it; undefined when it is not in force. */
  set(ref: StatementRef, endpoints: readonly ExportEndpoint[] | undefined): void {
    const { kind, cluster, subject } = ref;
    if (kind !== 'Export' && kind !== 'Endpoints') return;
    const name = kind === 'Export' ? subject : exportOfShard(subject);
    const key = refKey(ref);
    const before = this.#nodes.get(key) ?? new Set<string>();
    const after = new Set(endpoints?.map(({ node }) => node));
    for (const node of before) if (!after.has(node)) this.#add(`${cluster}/${node}`, name, -1);
    for (const node of after) if (!before.has(node)) this.#add(`${cluster}/${node}`, name, 1);
    if (after.size === 0) this.#nodes.delete(key);
    else this.#nodes.set(key, after);
  }

  /** Subjects (`<namespace>/<name>`) of the exports of a cluster with an endpoint on one of its nodes. */
  of(cluster: string, node: string): readonly string[] {
    return [...(this.#exports.get(`${cluster}/${node}`)?.keys() ?? [])];
  }

  #add(place: string, name: string, by: 1 | -1): void {
    const exports = this.#exports.get(place) ?? new Map<string, number>();
    const count = (exports.get(name) ?? 0) + by;
    if (count === 0) exports.delete(name);
    else exports.set(name, count);
    if (exports.size === 0) this.#exports.delete(place);
    else this.#exports.set(place, exports);
  }
}
