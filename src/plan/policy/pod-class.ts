import { type ClassNumber, elsewhere } from '../../values/address/access-class.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { compareText } from '../../values/text/order.ts';
import type { AccessIdentity, AccessPolicyFacts, AccessSelector } from './access.ts';
import { ClassNumbers } from './class-numbers.ts';
import { type Known, type Match, matches, needsIdentity } from './match.ts';

/** Pods that no selector distinguishes. */
export interface PodClass {
  readonly number: ClassNumber;
  /** Undefined for addresses in no block. */
  readonly cluster: string | undefined;
  /** Selectors that ask for more than the cluster and match or may match, by key. */
  readonly selected: ReadonlyMap<string, Match>;
}

/** Identifies a selector by its content. */
export const selectorKey = (selector: AccessSelector): string => sha256Hex(JSON.stringify(selector), 24);

/** A selector with its key. */
export interface KeyedSelector {
  readonly key: string;
  readonly selector: AccessSelector;
  readonly needsIdentity: boolean;
}

/** Whether a selector matches the pods of a class. */
export const matchOf = ({ key, selector, needsIdentity: asks }: KeyedSelector, { cluster, selected }: PodClass): Match =>
  asks ? (selected.get(key) ?? 'no') : matches(selector, { cluster, identity: undefined });

/**
 * The classes of pods under some selectors. It remembers the class of each identity, and compares an identity only with selectors that can name its
 * namespace.
 */
export class PodClasses {
  readonly #byNamespace = new Map<string, KeyedSelector[]>();
  readonly #anyNamespace: KeyedSelector[] = [];
  readonly #all: readonly KeyedSelector[];
  readonly #numbers = new ClassNumbers();
  readonly #known = new Map<string, PodClass>();
  readonly #byContent = new Map<string, PodClass>();
  readonly #keys = new WeakMap<AccessIdentity, string>();

  constructor(selectors: readonly KeyedSelector[]) {
    this.#all = selectors.filter(({ needsIdentity: asks }) => asks);
    for (const keyed of this.#all) {
      const { namespaces } = keyed.selector;
      if (namespaces === undefined) this.#anyNamespace.push(keyed);
      else
        for (const namespace of namespaces) {
          const known = this.#byNamespace.get(namespace);
          if (known === undefined) this.#byNamespace.set(namespace, [keyed]);
          else known.push(keyed);
        }
    }
  }

  /** The class of pods with an identity, in a cluster. */
  ofPods(cluster: string, identity: AccessIdentity): PodClass {
    const key = this.#keys.get(identity) ?? identityKey(identity);
    this.#keys.set(identity, key);
    return this.#remember(`${cluster} ${key}`, { cluster, identity }, [
      ...(this.#byNamespace.get(identity.namespace) ?? []),
      ...this.#anyNamespace,
    ]);
  }

  /** The class of addresses of which no identity is known, in a cluster, or in none. */
  ofUnknown(cluster: string | undefined): PodClass {
    return this.#remember(cluster ?? '', { cluster, identity: undefined }, this.#all);
  }

  /** The number of a cluster. */
  ofCluster(cluster: string): ClassNumber {
    return this.#numbers.ofCluster(cluster);
  }

  #remember(key: string, known: Known, selectors: readonly KeyedSelector[]): PodClass {
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const selected = new Map<string, Match>();
    for (const { key: name, selector } of selectors) {
      const match = matches(selector, known);
      if (match !== 'no') selected.set(name, match);
    }
    const content = JSON.stringify([known.cluster, [...selected].toSorted(([a], [b]) => compareText(a, b))]);
    const one = this.#byContent.get(content) ?? {
      number: known.cluster === undefined ? elsewhere : this.#numbers.ofClass(content),
      cluster: known.cluster,
      selected,
    };
    this.#byContent.set(content, one);
    this.#known.set(key, one);
    return one;
  }
}

/** Every selector of some policies, once. */
export const selectorsOf = (policies: readonly AccessPolicyFacts[]): ReadonlyMap<AccessSelector, KeyedSelector> => {
  const byKey = new Map<string, KeyedSelector>();
  const all = new Map<AccessSelector, KeyedSelector>();
  for (const selector of policies.flatMap(({ to, from = [] }) => [to, ...from])) {
    const key = selectorKey(selector);
    const keyed = byKey.get(key) ?? { key, selector, needsIdentity: needsIdentity(selector) };
    byKey.set(key, keyed);
    all.set(selector, keyed);
  }
  return all;
};

/** Identities that no selector can distinguish have the same key. */
const identityKey = ({ namespace, serviceAccount, labels, labelKeys }: AccessIdentity): string =>
  JSON.stringify([namespace, serviceAccount, Object.entries(labels).toSorted(([a], [b]) => compareText(a, b)), labelKeys?.toSorted()]);
