import type { ExchangeContext } from '../ledger/context.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isAbout, type Statement } from '../statement/statement.ts';
import { checkCluster } from './cluster.ts';
import { checkExport } from './export.ts';
import { checkNode } from './node.ts';
import type { DelegationRefusal } from './refusal.ts';

/**
 * Whether a verified statement stays inside what was delegated to its cluster; `undefined` means that it does.
 *
 * ```
 * statement   rule                                                                    refused as
 * Cluster     its blocks are pod addresses of the slice                               BlockOutsideSubnet
 *             the hub granted them; while it is unreachable: the cluster has them      BlockNotGranted
 *             none belongs to another cluster                                         BlockTaken (the newcomer)
 * Node        the cluster has a claim in force                                        ClusterUnknown
 *             its blocks lie in that claim                                            BlockOutsideCluster
 *             none meets a block of another node                                      BlockTaken
 *             its own address is the first usable one of its first block              RouterOutsideNode
 *             its tunnel key is not that of another node                              KeyTaken
 *             its tunnel endpoints can be reached, outside the slice                  EndpointUnusable
 * Export      its namespace belongs to the slice                                      NamespaceNotInSlice
 * Endpoints   the same
 * Links       anything: it changes no traffic
 * ```
 *
 * `offer.ts` compares the endpoints of exports with nodes, because a wrong endpoint affects no other. Nodes of different clusters need no comparison:
 * the claims of clusters are disjoint.
 */
export const checkDelegation = (statement: Statement, ledger: Ledger, context: ExchangeContext): DelegationRefusal | undefined => {
  if (isAbout(statement, 'Cluster')) return checkCluster(statement, ledger, context);
  if (isAbout(statement, 'Node')) return checkNode(statement, ledger, context);
  if (isAbout(statement, 'Export') || isAbout(statement, 'Endpoints')) return checkExport(statement, context);
  return undefined;
};
