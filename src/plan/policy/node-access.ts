import type { PodFacts, SliceFacts } from '../facts/node-state.ts';
import type { AccessGroup, AccessMember, SliceAccess } from './access.ts';
import { type AccessCompiler, accessCompiler } from './compile.ts';
import type { AccessRules } from './rules.ts';

/** Compiles the policies of a slice for its node. */
export type NodeAccess = (
  slice: SliceFacts,
  pods: readonly PodFacts[],
  leases: Readonly<Record<string, string>>,
) => AccessRules | undefined;

/** Identities of this node's pods, from its own API server: every label is known. */
const ownPods = (pods: readonly PodFacts[], leases: Readonly<Record<string, string>>): AccessGroup[] =>
  pods.flatMap(({ uid, namespace, serviceAccount, labels = {} }) => {
    const address = leases[uid];
    return address === undefined || serviceAccount === undefined ? [] : [{ namespace, serviceAccount, labels, addresses: [address] }];
  });

const membersOf = (slice: SliceFacts, { cluster }: SliceAccess, pods: readonly AccessGroup[]): AccessMember[] => [
  { cluster, blocks: slice.blocks, pods },
  ...slice.peers.map((peer) => ({ cluster: peer.cluster, blocks: peer.blocks, pods: peer.pods ?? [] })),
];

/** Compiles from scratch. */
export const compileNodeAccess: NodeAccess = (slice, pods, leases) =>
  slice.access === undefined ? undefined : accessCompiler(slice.access)(membersOf(slice, slice.access, ownPods(pods, leases)));

/** A compiler that keeps what it knows of each slice while its policies stay the same. */
export const rememberingNodeAccess = (): NodeAccess => {
  const known = new Map<string, { readonly key: string; readonly compile: AccessCompiler }>();
  return (slice, pods, leases) => {
    const { access, name } = slice;
    if (access === undefined) {
      known.delete(name);
      return undefined;
    }
    const key = JSON.stringify(access);
    const before = known.get(name);
    const compile = before?.key === key ? before.compile : accessCompiler(access);
    known.set(name, { key, compile });
    return compile(membersOf(slice, access, ownPods(pods, leases)));
  };
};
