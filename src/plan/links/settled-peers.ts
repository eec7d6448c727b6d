import type { SliceNetwork } from '../facts/slice-network.ts';
import type { LinkHistory } from './liveness.ts';
import { longestHoldMs } from './path-check.ts';

/**
 * Whether every peer of a tunnel is settled: an endpoint there may get packets of pods, or the node knows better than to wait for it.
 *
 * ```
 * peer                                             settled
 * not probed yet                                   no
 * known for 5 s and longer                         yes
 * it uses no keys, and this node requires them     yes: it gets no packets, ever
 * its tunnel is closed, or no answer yet           no
 * otherwise                                        yes
 * ```
 *
 * @param links by peer name
 * @param now in milliseconds of the clock of the links
 */
export const peersSettled = (peers: SliceNetwork['peers'], links: ReadonlyMap<string, LinkHistory>, now: number): boolean =>
  peers.every(({ name, isClosed, isRefused }) => {
    const link = links.get(name);
    if (link === undefined) return false;
    return isRefused === true || now - link.since >= longestHoldMs || (isClosed !== true && link.state !== 'Pending');
  });
