import type { AccessPorts } from './access.ts';

/** Sources that a rule matches. */
export type Sources =
  /** Everybody. */
  | { readonly all: true }
  /** Addresses or blocks of a named set. */
  | { readonly set: string }
  /** Addresses of which no identity is known, in a set of blocks or anywhere. */
  | { readonly unknown: true; readonly within?: string };

/** One rule: any of the sources, on any of the ports; without ports on every port of every protocol. */
export interface AccessRule {
  readonly from: readonly Sources[];
  readonly ports?: readonly AccessPorts[];
}

/** The rules of one scope: deny wins, then allow, else `otherwise`. */
export interface ScopeRules {
  readonly deny: readonly AccessRule[];
  readonly allow: readonly AccessRule[];
  readonly otherwise: boolean;
}

/** Called pods with the same rules. Both scopes must allow. */
export interface AccessClass {
  /** Begins with `c`; the same name always has the same rules. */
  readonly name: string;
  readonly slice: ScopeRules;
  readonly owner: ScopeRules;
}

/** A named set of sources. */
export interface SourceSet {
  /** Begins with `f`; the same name always has the same meaning, whatever its elements. */
  readonly name: string;
  /** Whether the elements are blocks in CIDR notation, or addresses. */
  readonly of: 'addresses' | 'blocks';
  readonly elements: readonly string[];
}

/**
 * What a node enforces in a slice: the compiled form of policies and identities. Rules and names of sets depend on the policies alone, elements on
 * identities, so that a pod that starts or ends changes elements only.
 */
export interface AccessRules {
  readonly sets: readonly SourceSet[];
  readonly classes: readonly AccessClass[];
  /** Class by address of a called pod, where it differs from that of its block. */
  readonly pods: ReadonlyMap<string, string>;
  /** Class of the other addresses of a block, by block. */
  readonly blocks: ReadonlyMap<string, string>;
  /** Class of addresses in no block. */
  readonly elsewhere: string;
  /** Addresses with a known identity; empty when no rule asks for the unknown ones. */
  readonly known: readonly string[];
}
