import { sha256Hex } from '../../values/text/hash.ts';
import { compareText } from '../../values/text/order.ts';
import type { AccessIdentity, AccessMember, AccessPolicyFacts, AccessScope, AccessSelector, SliceAccess } from './access.ts';
import { type Known, type Match, matches, needsIdentity } from './match.ts';
import type { AccessClass, AccessRule, AccessRules, ScopeRules, Sources } from './rules.ts';

/** Compiles the policies of a slice for identities; the members may be given in parts, one for each node. */
export type AccessCompiler = (members: readonly AccessMember[]) => AccessRules;

/** A selector in a rule, and whether it counts pods of which it is not known. */
interface NamedSet {
  readonly name: string;
  readonly selector: AccessSelector;
  readonly counts: readonly Match[];
}

/** The outcome of every selector for identical pods of a cluster: computed once for each identity, not for each pod. */
interface Outcome {
  readonly className: string;
  readonly sets: readonly string[];
}

/**
 * A compiler for one state of the policies. It remembers the outcome for each identity, so that a pod that starts or ends costs no judgement of others.
 *
 * Of the pods with equal rules one class is made, however many policies and pods there are: a packet is judged by the class of the called address and
 * by sets of calling addresses.
 */
export const accessCompiler = ({ default: otherwise, policies }: Omit<SliceAccess, 'cluster'>): AccessCompiler => {
  const sets = new Map<string, NamedSet>();
  const classes = new Map<string, AccessClass>();
  const outcomes = new Map<string, Outcome>();
  const keys = new WeakMap<AccessIdentity, string>();
  let asksUnknown = false;

  const setOf = (selector: AccessSelector, counts: readonly Match[]): string => {
    const name = `f${digest([selector, counts])}`;
    sets.set(name, { name, selector, counts });
    return name;
  };

  const sourcesOf = ({ action, from }: AccessPolicyFacts): Sources[] => {
    if (from === undefined) return [{ all: true }];
    return from.flatMap((peer): Sources[] => {
      if (Object.keys(peer).length === 0) return [{ all: true }];
      const { clusters } = peer;
      if (!needsIdentity(peer)) return [{ set: setOf(peer, ['yes']) }];
      if (action === 'Allow') return [{ set: setOf(peer, ['yes']) }];
      asksUnknown = true;
      const unknown: Sources = clusters === undefined ? { unknown: true } : { unknown: true, within: setOf({ clusters }, ['yes']) };
      return [{ set: setOf(peer, ['yes', 'maybe']) }, unknown];
    });
  };

  const rules = new Map<AccessPolicyFacts, AccessRule>(
    policies.map((policy) => [policy, { from: sourcesOf(policy), ...(policy.ports === undefined ? {} : { ports: policy.ports }) }]),
  );

  const scopeRules = (scope: AccessScope, selected: ReadonlyMap<AccessPolicyFacts, Match>): ScopeRules => {
    const of = (action: AccessPolicyFacts['action'], counts: readonly Match[]): AccessRule[] =>
      [...selected].flatMap(([policy, match]) =>
        policy.scope === scope && policy.action === action && counts.includes(match) ? [rules.get(policy) ?? { from: [] }] : [],
      );
    const allow = of('Allow', ['yes']);
    return { deny: of('Deny', ['yes', 'maybe']), allow, otherwise: allow.length === 0 && (scope === 'owner' || otherwise === 'Allow') };
  };

  const classOf = (called: Known): string => {
    const selected = new Map(policies.map((policy) => [policy, matches(policy.to, called)] as const).filter(([, match]) => match !== 'no'));
    const content = { slice: scopeRules('slice', selected), owner: scopeRules('owner', selected) };
    const name = `c${digest(content)}`;
    classes.set(name, { name, ...content });
    return name;
  };

  const identitySets = (known: Known): string[] =>
    [...sets.values()].flatMap(({ name, selector, counts }) =>
      needsIdentity(selector) && counts.includes(matches(selector, known)) ? [name] : [],
    );

  const outcomeOf = (cluster: string, identity: AccessIdentity): Outcome => {
    const key = keys.get(identity) ?? keyOf(identity);
    keys.set(identity, key);
    const own = `${cluster} ${key}`;
    const before = outcomes.get(own);
    if (before !== undefined) return before;
    const outcome = { className: classOf({ cluster, identity }), sets: identitySets({ cluster, identity }) };
    outcomes.set(own, outcome);
    return outcome;
  };

  const blockClasses = new Map<string, string>();
  const classOfBlock = (cluster: string): string => {
    const name = blockClasses.get(cluster) ?? classOf({ cluster, identity: undefined });
    blockClasses.set(cluster, name);
    return name;
  };
  const elsewhere = classOf({ cluster: undefined, identity: undefined });

  return (members) => {
    const elements = new Map<string, Set<string>>([...sets.keys()].map((name) => [name, new Set()]));
    const pods = new Map<string, string>();
    const blocks = new Map<string, string>();
    const known = new Set<string>();
    const blockSets = [...sets.values()].filter(({ selector }) => !needsIdentity(selector));
    for (const { cluster, blocks: own, pods: groups } of members) {
      const rest = classOfBlock(cluster);
      for (const block of own) {
        blocks.set(block, rest);
        for (const { name, selector } of blockSets)
          if (matches(selector, { cluster, identity: undefined }) === 'yes') elements.get(name)?.add(block);
      }
      for (const group of groups) {
        const outcome = outcomeOf(cluster, group);
        for (const address of group.addresses) {
          if (outcome.className !== rest) pods.set(address, outcome.className);
          for (const name of outcome.sets) elements.get(name)?.add(address);
          if (asksUnknown) known.add(address);
        }
      }
    }
    const used = new Set([elsewhere, ...blocks.values(), ...pods.values()]);
    return {
      sets: [...sets.values()]
        .map(({ name, selector }) => ({
          name,
          of: needsIdentity(selector) ? ('addresses' as const) : ('blocks' as const),
          elements: [...(elements.get(name) ?? [])].toSorted(),
        }))
        .toSorted((a, b) => compareText(a.name, b.name)),
      classes: [...classes.values()].filter(({ name }) => used.has(name)).toSorted((a, b) => compareText(a.name, b.name)),
      pods,
      blocks,
      elsewhere,
      known: [...known].toSorted(),
    };
  };
};

/** Long enough that nobody finds two policies with the same one. */
const digest = (content: unknown): string => sha256Hex(JSON.stringify(content), 24);

/** Identities that no selector can distinguish have the same key. */
const keyOf = ({ namespace, serviceAccount, labels, labelKeys }: AccessIdentity): string =>
  JSON.stringify([namespace, serviceAccount, Object.entries(labels).toSorted(([a], [b]) => compareText(a, b)), labelKeys?.toSorted()]);
