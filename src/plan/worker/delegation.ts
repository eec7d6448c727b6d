import type { ClusterBody, ExportBody, NodeBody, Statement } from '../../api/notice/statement.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import { type Cidr, containsCidr, containsIp, formatCidr, overlaps, parseCidr } from '../../values/cidr.ts';
import { areDisjoint, mergeCidrs } from '../../values/cidr-space.ts';
import { formatIp, type Ip, parseIp } from '../../values/ip.ts';
import type { StatementRefusal, StatementRefusalCode } from '../../values/statement-refusal.ts';
import { subnetLayout } from '../subnet-layout.ts';
import { routerAddress } from '../usable-addresses.ts';

/** What the receiver knows: its own grant, and the statements of all clusters that it accepted before. */
export interface DelegationContext {
  readonly sliceSubnet: string;
  /** The namespaces of the slice. */
  readonly namespaces: readonly string[];
  /** The blocks that the hub says it granted to a cluster; `undefined` when the receiver cannot see that. */
  granted(cluster: string): readonly string[] | undefined;
  /** The blocks that a cluster claims in the statement that was accepted last. */
  claimed(cluster: string): readonly string[] | undefined;
  /** The names of all clusters with an accepted statement about themselves *or* about a node: both hold addresses. */
  claimants(): Iterable<string>;
  /** The accepted statements about the nodes of a cluster. */
  nodes(cluster: string): Iterable<NodeBody>;
  /** The node whose accepted statement has that tunnel key. */
  keyOwner(publicKey: string): { readonly cluster: string; readonly node: string } | undefined;
}

/** A statement that leaves what was delegated. */
export interface DelegationRefusal extends StatementRefusal {
  /**
   * Which other statement would have to change for this one to become acceptable: look again when one of that kind arrives or goes.
   * Statements overtake one another, so this is often a matter of milliseconds. `undefined`: none would.
   */
  readonly awaits: 'Cluster' | 'Node' | undefined;
}

/**
 * Whether a verified statement stays inside what was delegated to its cluster; `undefined` means that it does.
 *
 * ```
 * statement   rule                                                                    refused as
 * Cluster     its blocks are pod addresses of the slice                               BlockOutsideSubnet
 *             the hub granted them, where that can be seen                            BlockNotGranted
 *             none meets a block of another cluster or of its nodes                   BlockTaken (the newcomer)
 * Node        the cluster has an accepted claim                                       ClusterUnknown
 *             its blocks lie in that claim                                            BlockOutsideCluster
 *             none meets a block of another node                                      BlockTaken
 *             its own address is the first usable one of its first block              RouterOutsideNode
 *             its tunnel key is not that of another node                              KeyTaken
 *             its tunnel endpoints can be reached, outside the slice                  EndpointUnusable
 * Export      its namespace belongs to the slice                                      NamespaceNotInSlice
 *             every endpoint is on a node with an accepted statement                  NodeUnknown
 *             and has an address of that node, not the node's own                     EndpointOutsideNode
 * Links       anything: it changes no traffic
 * ```
 *
 * Nodes of different clusters need not be compared: a claim is accepted only where no other cluster has a claim or a node.
 */
export const checkDelegation = (statement: Statement, context: DelegationContext): DelegationRefusal | undefined => {
  if (isAbout(statement, 'Cluster')) return checkCluster(statement.cluster, statement.body, context);
  if (isAbout(statement, 'Node')) return checkNode(statement.cluster, statement.body, context);
  if (isAbout(statement, 'Export')) return checkExport(statement.cluster, statement.body, context);
  return undefined;
};

const isAbout = <K extends StatementKind>(statement: Statement, kind: K): statement is Statement<K> => statement.kind === kind;

const refuse = (code: StatementRefusalCode, awaits: DelegationRefusal['awaits'], message: string): DelegationRefusal => ({
  code,
  awaits,
  message,
});

const inside = (space: readonly Cidr[], block: Cidr): boolean => space.some((whole) => containsCidr(whole, block));

const checkCluster = (cluster: string, { blocks: texts }: ClusterBody, context: DelegationContext): DelegationRefusal | undefined => {
  const blocks = texts.map(parseCidr);
  const layout = subnetLayout(context.sliceSubnet);
  const stray = blocks.find((block) => !inside(layout.pods, block));
  if (stray !== undefined) {
    return refuse(
      'BlockOutsideSubnet',
      undefined,
      `Cluster "${cluster}" claims ${formatCidr(stray)}, which is outside the pod addresses of sliceSubnet ${context.sliceSubnet}; the claim is not used.`,
    );
  }
  const granted = context.granted(cluster);
  const space = granted === undefined ? undefined : mergeCidrs(granted.map(parseCidr));
  const extra = space === undefined ? undefined : blocks.find((block) => !inside(space, block));
  if (extra !== undefined) {
    return refuse(
      'BlockNotGranted',
      'Cluster',
      `Cluster "${cluster}" claims ${formatCidr(extra)}, which the hub did not grant it; the claim is not used.`,
    );
  }
  for (const other of context.claimants()) {
    if (other === cluster) continue;
    const meets = (texts: readonly string[]): Cidr | undefined => {
      const theirs = texts.map(parseCidr);
      return blocks.find((block) => theirs.some((their) => overlaps(block, their)));
    };
    const taken = meets(context.claimed(other) ?? []);
    if (taken !== undefined) {
      return refuse(
        'BlockTaken',
        'Cluster',
        `Cluster "${cluster}" claims ${formatCidr(taken)}, which cluster "${other}" claimed before; the newcomer is refused until one of them gives it up.`,
      );
    }
    for (const { node, blocks: held } of context.nodes(other)) {
      const used = meets(held);
      if (used === undefined) continue;
      return refuse(
        'BlockTaken',
        'Node',
        `Cluster "${cluster}" claims ${formatCidr(used)}, which node "${node}" of cluster "${other}" still has; the newcomer is refused until that node gives it up.`,
      );
    }
  }
  return undefined;
};

const checkNode = (cluster: string, body: NodeBody, context: DelegationContext): DelegationRefusal | undefined => {
  const who = `Node "${body.node}" of cluster "${cluster}"`;
  const claimed = context.claimed(cluster);
  if (claimed === undefined)
    return refuse('ClusterUnknown', 'Cluster', `${who} waits for the statement of its cluster about the blocks that it uses.`);
  const blocks = body.blocks.map(parseCidr);
  const space = mergeCidrs(claimed.map(parseCidr));
  const stray = blocks.find((block) => !inside(space, block));
  if (stray !== undefined) {
    return refuse(
      'BlockOutsideCluster',
      'Cluster',
      `${who} claims ${formatCidr(stray)}, which is outside the blocks of its cluster; no traffic is sent there.`,
    );
  }
  if (!areDisjoint(blocks))
    return refuse('BlockTaken', undefined, `${who} claims blocks that overlap one another; no traffic is sent there.`);
  for (const other of context.nodes(cluster)) {
    if (other.node === body.node) continue;
    const theirs = other.blocks.map(parseCidr);
    const taken = blocks.find((block) => theirs.some((their) => overlaps(block, their)));
    if (taken !== undefined) {
      return refuse(
        'BlockTaken',
        'Node',
        `${who} claims ${formatCidr(taken)}, which node "${other.node}" claimed before; the newcomer is refused until one of them gives it up.`,
      );
    }
  }
  const router = routerAddress(blocks);
  if (router === undefined || formatIp(router) !== body.router) {
    return refuse(
      'RouterOutsideNode',
      undefined,
      `${who} gives ${body.router} as its own address, which is not the first of its blocks; it is not used.`,
    );
  }
  const owner = context.keyOwner(body.publicKey);
  if (owner !== undefined && (owner.cluster !== cluster || owner.node !== body.node)) {
    return refuse(
      'KeyTaken',
      'Node',
      `${who} claims the tunnel key of node "${owner.node}" of cluster "${owner.cluster}"; it is refused until that node has another.`,
    );
  }
  const bad = body.endpoints.find(({ address }) => !isReachable(parseIp(address), parseCidr(context.sliceSubnet)));
  if (bad !== undefined) {
    return refuse(
      'EndpointUnusable',
      undefined,
      `${who} gives ${bad.address} as tunnel endpoint, which cannot be reached from another node outside the slice; it is not used.`,
    );
  }
  return undefined;
};

/** Networks in which no tunnel endpoint of another machine can be: this host, link-local, multicast and reserved (RFC 6890). */
const unreachable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8'];

const isReachable = (address: Ip, sliceSubnet: Cidr): boolean =>
  !containsIp(sliceSubnet, address) && !unreachable.some((network) => containsIp(parseCidr(network), address));

const checkExport = (cluster: string, body: ExportBody, context: DelegationContext): DelegationRefusal | undefined => {
  const what = `The export "${body.namespace}/${body.name}" of cluster "${cluster}"`;
  if (!context.namespaces.includes(body.namespace)) {
    return refuse(
      'NamespaceNotInSlice',
      undefined,
      `${what} is of a namespace that does not belong to the slice; add it to the slice's namespaces or delete the export.`,
    );
  }
  if (body.endpoints.length === 0) return undefined;
  const nodes = new Map<string, { readonly blocks: readonly Cidr[]; readonly router: string }>();
  for (const { node, blocks, router } of context.nodes(cluster)) nodes.set(node, { blocks: blocks.map(parseCidr), router });
  for (const endpoint of body.endpoints) {
    const node = nodes.get(endpoint.node);
    if (node === undefined)
      return refuse('NodeUnknown', 'Node', `${what} waits for the statement about node "${endpoint.node}", on which it has an endpoint.`);
    const address = parseIp(endpoint.address);
    if (endpoint.address === node.router || !node.blocks.some((block) => containsIp(block, address))) {
      return refuse(
        'EndpointOutsideNode',
        'Node',
        `${what} has the endpoint ${endpoint.address}, which is not an address for pods of node "${endpoint.node}"; the export is not used.`,
      );
    }
  }
  return undefined;
};
