import type { LinkVotes } from '../../api/slicenode/type.ts';
import type { LinkVerdict } from '../../values/link-verdict.ts';
import { sha256Hex } from '../../values/text/hash.ts';

/** A node's vote on a peer. `Pending` is not a vote: the peer was not probed long enough. */
export type Vote = 'Up' | 'Down' | 'Pending';

/** The vote for a link's state: Suspect lasts some seconds and still carries packets. */
export const voteOf = (state: LinkVerdict): Vote => (state === 'Suspect' ? 'Up' : state);

/** Characters of one node in a list of nodes. */
const tokenLength = 8;

/**
 * The token of a cluster's node in a list: 48 bits of SHA-256 of its name, so that lists of names of 253 characters cannot overflow an object. Two
 * nodes of one cluster with the same token share their votes. With 10,000 nodes one cluster in five million has such a pair. A cluster that
 * constructs one harms only itself, because lists are kept by cluster.
 */
export const nodeToken = (node: string): string => Buffer.from(sha256Hex(node, 12), 'hex').toString('base64url');

/** The tokens in a list, which is their text without separators. An incomplete token at its end is dropped. */
export const tokensIn = (list: string | undefined): string[] =>
  list === undefined
    ? []
    : Array.from({ length: Math.floor(list.length / tokenLength) }, (_, index) =>
        list.slice(index * tokenLength, (index + 1) * tokenLength),
      );

const listOf = (nodes: readonly string[]): string => nodes.map(nodeToken).toSorted().join('');

/**
 * The votes on the nodes of one cluster, in the smallest form: the most common vote is written once, the others are listed. Ten thousand nodes need
 * at most 54 kB (a third each of Up, Down and Pending), and 60 bytes when all are the same.
 */
export const encodeVotes = (
  votes: ReadonlyMap<string, Vote>,
): Pick<LinkVotes, 'up' | 'down' | 'rest' | 'upNodes' | 'downNodes' | 'pendingNodes'> => {
  const by = { Up: [] as string[], Down: [] as string[], Pending: [] as string[] };
  for (const [node, vote] of votes) by[vote].push(node);
  const rest = by.Down.length > by.Up.length ? 'Down' : 'Up';
  return {
    up: by.Up.length,
    down: by.Down.length,
    rest,
    ...(rest === 'Down' && by.Up.length > 0 ? { upNodes: listOf(by.Up) } : {}),
    ...(rest === 'Up' && by.Down.length > 0 ? { downNodes: listOf(by.Down) } : {}),
    ...(by.Pending.length > 0 ? { pendingNodes: listOf(by.Pending) } : {}),
  };
};

/** Reads the votes on the nodes of one cluster; `Pending` for a node that was not probed. */
export const voteReader = (votes: LinkVotes): ((node: string) => Vote) => {
  const [pending, up, down] = [votes.pendingNodes, votes.upNodes, votes.downNodes].map((list) => new Set(tokensIn(list)));
  return (node) => {
    const token = nodeToken(node);
    if (pending?.has(token)) return 'Pending';
    if (up?.has(token)) return 'Up';
    if (down?.has(token)) return 'Down';
    return votes.up + votes.down === 0 ? 'Pending' : votes.rest;
  };
};

/** The vote about one node; see {@link voteReader}. */
export const decodeVote = (votes: LinkVotes, node: string): Vote => voteReader(votes)(node);

/** How many nodes the votes reach and do not reach, without those of the given tokens. The work grows with the lists only. */
export const votesWithout = (votes: LinkVotes, tokens: ReadonlySet<string>): Pick<LinkVotes, 'up' | 'down'> => {
  if (tokens.size === 0 || votes.up + votes.down === 0) return { up: votes.up, down: votes.down };
  const among = (list: string | undefined): number => tokensIn(list).filter((token) => tokens.has(token)).length;
  const [named, pending] = [votes.rest === 'Up' ? among(votes.downNodes) : among(votes.upNodes), among(votes.pendingNodes)];
  const others = tokens.size - named - pending;
  const [up, down] = votes.rest === 'Up' ? [others, named] : [named, others];
  return { up: Math.max(0, votes.up - up), down: Math.max(0, votes.down - down) };
};

/** Whether two reports have the same vote on every node. Numbers, measurements and Pending nodes do not matter. */
export const sameVotes = (
  a: Readonly<Record<string, LinkVotes>> | undefined,
  b: Readonly<Record<string, LinkVotes>> | undefined,
): boolean => {
  const [before, after] = [a ?? {}, b ?? {}];
  const clusters = Object.keys(after);
  const same = (x: LinkVotes | undefined, y: LinkVotes | undefined): boolean =>
    x?.up === y?.up && x?.down === y?.down && x?.rest === y?.rest && x?.upNodes === y?.upNodes && x?.downNodes === y?.downNodes;
  return clusters.length === Object.keys(before).length && clusters.every((cluster) => same(before[cluster], after[cluster]));
};
