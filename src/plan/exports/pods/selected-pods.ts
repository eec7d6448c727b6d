import type { LabelSelector } from '../../../values/builtin/label-selector.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import { objectKey } from '../../../values/object-key.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { hasNotEnded } from './export-pods.ts';
import { selects } from './selector.ts';

/** An export with its selector. */
interface Selecting {
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** The label by which pods find the export, undefined without one: then every pod of the namespace does. */
  readonly label: string | undefined;
  readonly pods: Map<string, Pod>;
}

/** A pod with the exports that select it. */
interface Selected {
  readonly pod: Pod;
  readonly exports: ReadonlySet<string>;
}

const labelKey = (namespace: string, label = ''): string => `${namespace}/${label}`;
const labelsOf = (labels: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`);

/**
 * The pods that each export selects, updated pod by pod and export by export. A change of a pod costs the exports that use one of its labels, not all
 * exports of its namespace; a change of an export costs the pods with the label. No clock, no I/O: the same pods and exports in any order give the
 * same answers.
 *
 * Exports are named by namespace/name, pods by namespace/name or UID. Ended pods are not selected.
 */
export class SelectedPods {
  readonly #exports = new Map<string, Selecting>();
  readonly #pods = new Map<string, Selected>();
  readonly #keyByUID = new Map<string, string>();
  /** Pods by namespace and label, and all pods of a namespace under the empty label. */
  readonly #podsByLabel = new Map<string, Set<string>>();
  /** Exports by namespace and the label that they use. */
  readonly #exportsByLabel = new Map<string, Set<string>>();

  /** Adds or updates a pod. Returns the exports that select it, or did before. */
  setPod(pod: Pod): ReadonlySet<string> {
    const key = objectKey(pod.metadata);
    const before = this.#dropPod(key);
    const { namespace = '', labels, uid } = pod.metadata;
    const places = ['', ...labelsOf(labels)].map((label) => labelKey(namespace, label));
    const exports = new Set<string>();
    for (const place of places) {
      add(this.#podsByLabel, place, key);
      for (const name of this.#exportsByLabel.get(place) ?? []) {
        const selecting = this.#exports.get(name);
        if (selecting === undefined || !isSelected(selecting, pod)) continue;
        exports.add(name);
        selecting.pods.set(key, pod);
      }
    }
    this.#pods.set(key, { pod, exports });
    if (uid !== undefined) this.#keyByUID.set(uid, key);
    return new Set([...before, ...exports]);
  }

  /** Removes a pod. Returns the exports that selected it. */
  deletePod(key: string): ReadonlySet<string> {
    return this.#dropPod(key);
  }

  /** Adds or updates an export with its selector; undefined for one that selects nothing. */
  setExport(key: string, selector: LabelSelector | undefined): void {
    const before = this.#exports.get(key)?.selector;
    if (before !== undefined && selector !== undefined && canonicalJson(before) === canonicalJson(selector)) return;
    this.deleteExport(key);
    if (selector === undefined) return;
    const namespace = key.slice(0, key.indexOf('/'));
    const label = this.#rarest(namespace, labelsOf(selector.matchLabels));
    const selecting: Selecting = { namespace, selector, label, pods: new Map() };
    this.#exports.set(key, selecting);
    add(this.#exportsByLabel, labelKey(namespace, label), key);
    for (const name of this.#podsByLabel.get(labelKey(namespace, label)) ?? []) {
      const selected = this.#pods.get(name);
      if (selected === undefined || !isSelected(selecting, selected.pod)) continue;
      selecting.pods.set(name, selected.pod);
      this.#pods.set(name, { pod: selected.pod, exports: new Set([...selected.exports, key]) });
    }
  }

  /** Removes an export. */
  deleteExport(key: string): void {
    const selecting = this.#exports.get(key);
    if (selecting === undefined) return;
    this.#exports.delete(key);
    remove(this.#exportsByLabel, labelKey(selecting.namespace, selecting.label), key);
    for (const name of selecting.pods.keys()) {
      const selected = this.#pods.get(name);
      if (selected !== undefined) this.#pods.set(name, { pod: selected.pod, exports: without(selected.exports, key) });
    }
  }

  /** Removes the pods of all other namespaces. */
  keepNamespaces(namespaces: ReadonlySet<string>): void {
    for (const [key, { pod }] of this.#pods) if (!namespaces.has(pod.metadata.namespace ?? '')) this.#dropPod(key);
  }

  /** The pods that an export selects. */
  podsOf(key: string): readonly Pod[] {
    return [...(this.#exports.get(key)?.pods.values() ?? [])];
  }

  /** The exports that select the pod with a UID. */
  exportsOf(uid: string): ReadonlySet<string> {
    return this.#pods.get(this.#keyByUID.get(uid) ?? '')?.exports ?? new Set();
  }

  /** The label of a selector that the fewest pods have and the fewest exports use; undefined for a selector without labels. */
  #rarest(namespace: string, labels: readonly string[]): string | undefined {
    const count = (sets: Map<string, Set<string>>, label: string): number => sets.get(labelKey(namespace, label))?.size ?? 0;
    const commonness = (label: string): number => count(this.#podsByLabel, label) + count(this.#exportsByLabel, label);
    return labels.toSorted((a, b) => commonness(a) - commonness(b))[0];
  }

  #dropPod(key: string): ReadonlySet<string> {
    const selected = this.#pods.get(key);
    if (selected === undefined) return new Set();
    const { namespace = '', labels, uid } = selected.pod.metadata;
    this.#pods.delete(key);
    if (uid !== undefined && this.#keyByUID.get(uid) === key) this.#keyByUID.delete(uid);
    for (const label of ['', ...labelsOf(labels)]) remove(this.#podsByLabel, labelKey(namespace, label), key);
    for (const name of selected.exports) this.#exports.get(name)?.pods.delete(key);
    return selected.exports;
  }
}

const isSelected = ({ selector }: Selecting, pod: Pod): boolean => hasNotEnded(pod) && selects(selector, pod.metadata.labels);

const without = (all: ReadonlySet<string>, one: string): ReadonlySet<string> => new Set([...all].filter((other) => other !== one));

const add = (sets: Map<string, Set<string>>, key: string, value: string): void => {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
};

const remove = (sets: Map<string, Set<string>>, key: string, value: string): void => {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
};
