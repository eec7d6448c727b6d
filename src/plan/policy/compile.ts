import { anySource, type ClassNumber } from '../../values/address/access-class.ts';
import type { AccessMember, AccessPolicyFacts, AccessScope, SliceAccess } from './access.ts';
import type { Match } from './match.ts';
import { type KeyedSelector, matchOf, type PodClass, PodClasses, selectorsOf } from './pod-class.ts';
import type { AccessRules, AccessVerdict } from './rules.ts';
import { type Pair, type PairPolicy, pairVerdicts } from './verdicts.ts';

/** Compiles the policies of a slice for identities; the members may be given in parts, one for each node. */
export type AccessCompiler = (members: readonly AccessMember[]) => AccessRules;

/** A policy with the keys of its selectors. */
interface Keyed extends PairPolicy {
  readonly to: KeyedSelector;
  /** Undefined: everybody. */
  readonly from: readonly KeyedSelector[] | undefined;
}

/** Which matches of a selector count: what is not known of a pod counts against it. */
const counting: Record<Keyed['action'], readonly Match[]> = { Allow: ['yes'], Deny: ['yes', 'maybe'] };

/**
 * A compiler for one state of the policies. It remembers the class of each identity and the verdicts among the classes, so that a pod that starts or ends
 * costs no judgement of others.
 *
 * A packet is judged by the class of the called pod and, in this order, by the class of the calling one, by its cluster, and as one of anybody. A class
 * of calling pods has verdicts of its own only where a policy asks for their identity.
 */
export const accessCompiler = ({ default: otherwise, policies }: Omit<SliceAccess, 'cluster'>): AccessCompiler => {
  const selectors = selectorsOf(policies);
  const classes = new PodClasses([...selectors.values()]);
  const keyed = policies.map((policy) => keyedPolicy(policy, selectors));
  /** Policies by the key of the selector of called pods; those that ask for a cluster at most concern many classes. */
  const byCalled = new Map<string, Keyed[]>();
  for (const policy of keyed) {
    const key = policy.to.needsIdentity ? policy.to.key : '';
    const known = byCalled.get(key);
    if (known === undefined) byCalled.set(key, [policy]);
    else known.push(policy);
  }
  const callers = new Map<PodClass, readonly Keyed[]>();

  /** The policies that select a class of called pods, or may. */
  const concerning = (called: PodClass): readonly Keyed[] => {
    const before = callers.get(called);
    if (before !== undefined) return before;
    const all = ['', ...called.selected.keys()].flatMap((key) => byCalled.get(key) ?? []);
    const found = all.filter(({ to, action }) => counting[action].includes(matchOf(to, called)));
    callers.set(called, found);
    return found;
  };

  const verdictsOf = (called: PodClass, sources: Sources): AccessVerdict[] => {
    const found = concerning(called);
    if (found.length === 0) return [];
    const closed = closedScopes(found, otherwise);
    const judge = (source: ClassNumber, matching: (policy: Keyed) => boolean): AccessVerdict[] => {
      const pair: Pair = { source, called: called.number, policies: found.filter(matching), closed };
      return pairVerdicts(pair);
    };
    const verdicts = judge(anySource, ({ from }) => isEverybody(from));
    for (const [cluster, number] of sources.clustersNamed(found))
      verdicts.push(...judge(number, (policy) => comesFromCluster(policy, cluster)));
    for (const source of sources.classesNamed(found)) verdicts.push(...judge(source.number, (policy) => comesFromClass(policy, source)));
    return verdicts;
  };

  let latest: { readonly of: string; readonly verdicts: readonly AccessVerdict[] } | undefined;
  /** Most pods that start or end have a class that others have too, and change no verdict. */
  const verdictsAmong = (used: readonly PodClass[]): readonly AccessVerdict[] => {
    const of = used.map(({ number }) => number).join();
    if (latest?.of === of) return latest.verdicts;
    const sources = new Sources(used, (cluster) => classes.ofCluster(cluster));
    const verdicts = used.flatMap((called) => verdictsOf(called, sources));
    latest = { of, verdicts };
    return verdicts;
  };

  return (members) => {
    const pods = new Map<string, ClassNumber>();
    const blocks = new Map<string, ClassNumber>();
    const clusters = new Map<string, ClassNumber>();
    const used = new Set<PodClass>([classes.ofUnknown(undefined)]);
    for (const { cluster, blocks: own, pods: groups } of members) {
      const rest = classes.ofUnknown(cluster);
      used.add(rest);
      for (const block of own) {
        blocks.set(block, rest.number);
        clusters.set(block, classes.ofCluster(cluster));
      }
      for (const group of groups) {
        const one = classes.ofPods(cluster, group);
        used.add(one);
        if (one !== rest) for (const address of group.addresses) pods.set(address, one.number);
      }
    }
    return { pods, blocks, clusters, verdicts: verdictsAmong([...used].toSorted(byNumber)), otherwise: otherwise === 'Allow' };
  };
};

/** The sources that can call in a slice. */
class Sources {
  readonly #bySelector = new Map<string, PodClass[]>();
  readonly #clusters: ReadonlyMap<string, ClassNumber>;

  constructor(classes: Iterable<PodClass>, numberOf: (cluster: string) => ClassNumber) {
    const clusters = new Map<string, ClassNumber>();
    for (const one of classes) {
      if (one.cluster !== undefined && !clusters.has(one.cluster)) clusters.set(one.cluster, numberOf(one.cluster));
      for (const key of one.selected.keys()) {
        const known = this.#bySelector.get(key);
        if (known === undefined) this.#bySelector.set(key, [one]);
        else known.push(one);
      }
    }
    this.#clusters = clusters;
  }

  /** Clusters that policies name by nothing else. */
  clustersNamed(policies: readonly Keyed[]): (readonly [string, ClassNumber])[] {
    const named = policies.flatMap(({ from = [] }) =>
      from.flatMap(({ needsIdentity, selector }) => (needsIdentity ? [] : (selector.clusters ?? []))),
    );
    return [...new Set(named)].toSorted().flatMap((cluster) => {
      const number = this.#clusters.get(cluster);
      return number === undefined ? [] : [[cluster, number] as const];
    });
  }

  /** Classes of which the identity decides. */
  classesNamed(policies: readonly Keyed[]): readonly PodClass[] {
    const found = new Set<PodClass>();
    for (const { from = [], action } of policies)
      for (const selector of from)
        if (selector.needsIdentity)
          for (const one of this.#bySelector.get(selector.key) ?? []) if (counting[action].includes(matchOf(selector, one))) found.add(one);
    return [...found].toSorted(byNumber);
  }
}

const byNumber = (a: PodClass, b: PodClass): number => a.number - b.number;

const keyedPolicy = ({ to, from, ports, scope, action }: AccessPolicyFacts, selectors: ReturnType<typeof selectorsOf>): Keyed => {
  const of = (selector: AccessPolicyFacts['to']): KeyedSelector => {
    const found = selectors.get(selector);
    if (found === undefined) throw new TypeError('a selector of a policy has no key');
    return found;
  };
  return { scope, action, ports, to: of(to), from: from?.map(of) };
};

/** A selector that asks for nothing. */
const asksNothing = ({ selector }: KeyedSelector): boolean => Object.keys(selector).length === 0;

const isEverybody = (from: Keyed['from']): boolean => from === undefined || from.some(asksNothing);

const comesFromCluster = ({ from }: Keyed, cluster: string): boolean =>
  from === undefined ||
  from.some(({ needsIdentity, selector }) => !needsIdentity && (selector.clusters === undefined || selector.clusters.includes(cluster)));

const comesFromClass = ({ from, action }: Keyed, source: PodClass): boolean =>
  from === undefined || from.some((selector) => counting[action].includes(matchOf(selector, source)));

/** A scope with a policy that allows something is closed to all others; the scope of the slice also by its default. */
const closedScopes = (policies: readonly Keyed[], otherwise: SliceAccess['default']): Set<AccessScope> =>
  new Set([
    ...(otherwise === 'Deny' ? (['slice'] as const) : []),
    ...policies.flatMap(({ action, scope }) => (action === 'Allow' ? [scope] : [])),
  ]);
