import type { TunnelPeer } from '../plan/node/slice-network.ts';
import type { ObservedPeer, ObservedTunnel } from './port.ts';

/** After this many seconds without a handshake a session is over for certain (REJECT_AFTER_TIME of the WireGuard paper, 180 s). */
const sessionSeconds = 180;

/** Reads `wg show <interface> dump` (wg(8)). The private key in it is not kept. */
export const parseDump = (dump: string): ObservedTunnel | undefined => {
  const [first, ...rest] = dump.split('\n').filter((line) => line !== '');
  if (first === undefined) return undefined;
  const [, publicKey = '', listenPort = '0'] = first.split('\t');
  return { publicKey, listenPort: Number(listenPort), peers: rest.map(parsePeer) };
};

const parsePeer = (line: string): ObservedPeer => {
  const [publicKey = '', , endpoint = '', allowed = '', handshake = '0', received = '0', sent = '0', keepalive = 'off'] = line.split('\t');
  return {
    publicKey,
    endpoint: endpoint === '(none)' ? undefined : endpoint,
    allowedIPs: allowed === '(none)' ? [] : allowed.split(',').toSorted(),
    keepaliveSeconds: keepalive === 'off' ? 0 : Number(keepalive),
    latestHandshake: Number(handshake),
    receivedBytes: Number(received),
    sentBytes: Number(sent),
  };
};

/** A peer as this process set it last. */
export interface AppliedPeer extends Pick<TunnelPeer, 'endpoint' | 'renewals'> {
  /** Whether this process added it; otherwise a former one did. */
  readonly added: boolean;
}

/** One `wg set` worth of change to a peer: the words after the interface name, and a line that says what changes. */
export interface PeerChange {
  readonly words: readonly string[];
  readonly change: string;
}

/**
 * What turns the peers seen into the peers wanted. Removals come first, so that an address that moves from one peer to another is free.
 *
 * A peer's endpoint is left alone while it works: WireGuard follows a peer that roams (a NAT that changed its mapping), and setting the stated
 * endpoint again would cut it. It is set when it was never known, when the stated one changed since `applied`, or when no session is alive.
 *
 * A peer that is to be called anew is removed and added in one go: only so does WireGuard forget that it has just called. This is not done to a
 * session that is a moment old, nor to one that a former process made, for those may be good.
 *
 * @param applied public key → the peer as last set by this process
 * @param now seconds since 1970
 */
export const peerChanges = (
  wanted: readonly TunnelPeer[],
  seen: readonly ObservedPeer[],
  applied: ReadonlyMap<string, AppliedPeer>,
  now: number,
): PeerChange[] => {
  const seenByKey = new Map(seen.map((peer) => [peer.publicKey, peer]));
  const wantedKeys = new Set(wanted.map((peer) => peer.publicKey));
  const removed = seen
    .filter((peer) => !wantedKeys.has(peer.publicKey))
    .map((peer) => ({ words: ['peer', peer.publicKey, 'remove'], change: `remove peer ${peer.publicKey}` }));
  const set = wanted.flatMap((peer) => {
    const before = seenByKey.get(peer.publicKey);
    const last = applied.get(peer.publicKey);
    const name = ['peer', peer.publicKey];
    if (before !== undefined && last !== undefined && last.renewals < peer.renewals && !mayBeGood(before, last, now))
      return [{ words: [...name, 'remove', ...name, ...changeOf(peer, undefined, undefined, now)], change: `call peer ${peer.name} anew` }];
    const words = changeOf(peer, before, last?.endpoint, now);
    return words.length === 0 ? [] : [{ words: [...name, ...words], change: `set peer ${peer.name}` }];
  });
  return [...removed, ...set];
};

/**
 * A tunnel process that handles a call and an answer of one peer in the same instant can end with a session under whose number it hears nothing
 * (wireguard-go, noise-protocol.go: an answer is consumed while a response is created). So a session is no proof, but its age is, in a peer that
 * has answered nothing. Ages are in whole seconds: 2 are more than 1.
 */
const mayBeGood = ({ latestHandshake }: ObservedPeer, { added }: AppliedPeer, now: number): boolean =>
  latestHandshake !== 0 && (!added || now - latestHandshake < 2);

const changeOf = (wanted: TunnelPeer, seen: ObservedPeer | undefined, applied: string | undefined, now: number): string[] => {
  const words: string[] = [];
  const alive = seen !== undefined && now - seen.latestHandshake < sessionSeconds;
  const stale = seen?.endpoint !== wanted.endpoint && (!alive || (applied !== undefined && applied !== wanted.endpoint));
  if (wanted.endpoint !== undefined && stale) words.push('endpoint', wanted.endpoint);
  if (seen?.keepaliveSeconds !== wanted.keepaliveSeconds) words.push('persistent-keepalive', String(wanted.keepaliveSeconds));
  const allowed = [...wanted.allowedIPs].toSorted().join(',');
  if (seen === undefined || seen.allowedIPs.join(',') !== allowed) words.push('allowed-ips', allowed);
  return words;
};
