import type { TunnelPeer } from '../../plan/facts/slice-network.ts';
import type { ObservedPeer, ObservedTunnel } from '../port.ts';

/** After this many seconds without a handshake a session has ended for certain (REJECT_AFTER_TIME of the WireGuard paper, 180 s). */
const sessionSeconds = 180;

/** Reads `wg show <interface> dump` (wg(8)) without the private key of the interface. */
export const parseDump = (dump: string): ObservedTunnel | undefined => {
  const [first, ...rest] = dump.split('\n').filter((line) => line !== '');
  if (first === undefined) return undefined;
  const [, publicKey = '', listenPort = '0'] = first.split('\t');
  return { publicKey, listenPort: Number(listenPort), peers: rest.map(parsePeer) };
};

const parsePeer = (line: string): ObservedPeer => {
  const [
    publicKey = '',
    presharedKey = '(none)',
    endpoint = '',
    allowed = '',
    handshake = '0',
    received = '0',
    sent = '0',
    keepalive = 'off',
  ] = line.split('\t');
  return {
    publicKey,
    ...(presharedKey === '(none)' ? {} : { presharedKey }),
    endpoint: endpoint === '(none)' ? undefined : endpoint,
    allowedIPs: allowed === '(none)' ? [] : allowed.split(',').toSorted(),
    keepaliveSeconds: keepalive === 'off' ? 0 : Number(keepalive),
    latestHandshake: Number(handshake),
    receivedBytes: Number(received),
    sentBytes: Number(sent),
  };
};

/** A peer as this process last set it. */
export interface AppliedPeer extends Pick<TunnelPeer, 'endpoint' | 'renewals'> {
  /** Whether this process added it; otherwise an earlier one did. */
  readonly added: boolean;
}

/** One `wg set` change of a peer: the arguments after the interface name, and a line that describes the change. */
export interface PeerChange {
  readonly words: readonly string[];
  readonly change: string;
  /** The file named in {@link words} from which `wg` reads a pre-shared key, and its content; absent when the change needs none. */
  readonly secret?: { readonly file: string; readonly content: string };
}

/**
 * The changes from the observed to the wanted peers. Removals come first, so that an address that moves between peers is free.
 *
 * The endpoint of a peer stays while it works: WireGuard follows a peer that roams (a NAT that changed its mapping), and setting the published
 * endpoint again would break that. It is set when it was never known, when the published one changed since `applied`, or when there is no live
 * session.
 *
 * To renew a handshake, the peer is removed and added in one command: only then does WireGuard start a handshake at once. A session that just began,
 * or that an earlier process started, is left alone, because it may work. A closed peer that gets its first pre-shared key, and one that is closed, is
 * removed and added, too, because WireGuard would keep the session. The session of an open one may stay: it could carry packets of pods before, and ends
 * within {@link sessionSeconds}; the next one needs the key.
 *
 * @param secretFile the file from which `wg` reads the pre-shared key of the peer with this public key
 * @param applied public key → the peer as last set by this process
 * @param now seconds since 1970
 */
export const peerChanges = (
  wanted: readonly TunnelPeer[],
  seen: readonly ObservedPeer[],
  applied: ReadonlyMap<string, AppliedPeer>,
  now: number,
  secretFile: (publicKey: string) => string,
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
    const { presharedKey } = peer;
    const file = secretFile(peer.publicKey);
    const secret = presharedKey === undefined ? {} : { secret: { file, content: presharedKey } };
    const wasClosed = before?.allowedIPs.every((block) => block === `${peer.router}/32`) === true;
    const anew = (change: string): PeerChange => ({
      words: [...name, 'remove', ...name, ...changeOf(peer, undefined, undefined, now, file)],
      change: `${change} peer ${peer.name}`,
      ...secret,
    });
    if (
      before !== undefined &&
      (before.presharedKey === undefined) !== (presharedKey === undefined) &&
      (wasClosed || peer.isClosed === true)
    )
      return [anew(presharedKey === undefined ? 'remove the pre-shared key of' : 'set the pre-shared key of')];
    if (before !== undefined && last !== undefined && last.renewals < peer.renewals && !mayBeGood(before, last, now))
      return [anew('renew handshake with')];
    const words = changeOf(peer, before, last?.endpoint, now, file);
    if (words.length === 0) return [];
    return [{ words: [...name, ...words], change: `set peer ${peer.name}`, ...(words.includes(file) ? secret : {}) }];
  });
  return [...removed, ...set];
};

/**
 * If both sides start a handshake at the same instant, wireguard-go can end with a session whose index it does not receive on (noise-protocol.go: a
 * response is consumed while another is created). So a session proves nothing for a peer that has answered nothing; its age does. Ages are in whole
 * seconds, so 2 means more than 1.
 */
const mayBeGood = ({ latestHandshake }: ObservedPeer, { added }: AppliedPeer, now: number): boolean =>
  latestHandshake !== 0 && (!added || now - latestHandshake < 2);

const changeOf = (
  wanted: TunnelPeer,
  seen: ObservedPeer | undefined,
  applied: string | undefined,
  now: number,
  secretFile: string,
): string[] => {
  const words: string[] = [];
  // An empty file removes it, see wg(8).
  if (wanted.presharedKey !== seen?.presharedKey) words.push('preshared-key', wanted.presharedKey === undefined ? '/dev/null' : secretFile);
  const alive = seen !== undefined && now - seen.latestHandshake < sessionSeconds;
  const stale = seen?.endpoint !== wanted.endpoint && (!alive || (applied !== undefined && applied !== wanted.endpoint));
  if (wanted.endpoint !== undefined && stale) words.push('endpoint', wanted.endpoint);
  if (seen?.keepaliveSeconds !== wanted.keepaliveSeconds) words.push('persistent-keepalive', String(wanted.keepaliveSeconds));
  const allowed = [...wanted.allowedIPs].toSorted().join(',');
  if (seen === undefined || seen.allowedIPs.join(',') !== allowed) words.push('allowed-ips', allowed);
  return words;
};
