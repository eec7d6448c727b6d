import type { ClusterLinks, LinksBody } from '../../exchange/statement/links.ts';

/** The state of the links from one cluster to another: all that are needed, too few yet, or none. */
export type PairVerdict = 'Connected' | 'Pending' | 'Lost';

/** Share of the links of a pair that must be up before the pair counts as connected for the first time, and of the nodes that must exist. */
export const firstShare = 0.9;

/**
 * Judges the links from one cluster to another. In a large slice some node is always being replaced, so a connected pair stays connected while a
 * single link is up; at first nine in ten must be up.
 *
 * ```
 * links                  was ready   was not
 * none expected          Connected   Connected
 * none up, all down      Lost        Lost
 * none up, some down     Lost        Pending
 * none up, none down     Pending     Pending
 * less than 9 in 10      Connected   Pending
 * more                   Connected   Connected
 * ```
 */
export const pairVerdict = ({ up, down, total }: Pick<ClusterLinks, 'up' | 'down' | 'total'>, wasReady: boolean): PairVerdict => {
  if (total === 0) return 'Connected';
  if (up === 0) return down >= total || (wasReady && down > 0) ? 'Lost' : 'Pending';
  return wasReady || up >= Math.ceil(total * firstShare) ? 'Connected' : 'Pending';
};

/** Maximum number of clusters that a sentence lists. */
const shownClusters = 3;

/** The fault of the links to these clusters, each with its numbers and one link as evidence. */
export const sentenceOf = (report: LinksBody, pairs: readonly ClusterLinks[]): string => {
  const shown = pairs.slice(0, shownClusters).map(({ cluster, up, total }) => {
    const example = report.worst.find(({ peerCluster }) => peerCluster === cluster);
    const evidence =
      example === undefined ? '' : ` (${example.node} → ${cluster}/${example.peerNode}: ${example.reason.replace(/\.$/, '')})`;
    return `${up} of ${total} links to ${cluster} are up${evidence}`;
  });
  const others = pairs.length - shown.length;
  return `${shown.join('; ')}${others === 0 ? '' : `; and links to ${others} more clusters`}.`;
};
