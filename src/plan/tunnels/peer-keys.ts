import { type PeerFacts, peerName, type SliceFacts } from '../facts/node-state.ts';
import type { LinkHistory } from '../links/liveness.ts';

/** How long a pre-shared key is used at most, in milliseconds. Half of it later the two nodes agree on the next one. */
export const keyLifeMs = 3_600_000;
/** A peer that has not answered since the first key was set does not have it: after this long both begin again. In milliseconds. */
export const firstAnswerMs = 5_000;
/** The same for a peer that has answered; long, because giving up a key interrupts a tunnel that may only be slow. In milliseconds. */
export const silentMs = 30_000;
/**
 * How long a tunnel that carried everything goes on without a key once both nodes use keys, in milliseconds. It covers the restart of agents that are
 * updated one after the other; somebody on the path who drops packets gains no more than this.
 */
export const openMs = 120_000;
/** After this long without a key, the node with the larger tunnel key begins, too: the other one may not know yet that this node uses keys. */
export const beginsAnywayMs = 15_000;

/** A pre-shared key that this node and a peer derived from mutual TLS. */
export interface PeerKey {
  /** Base64 of 32 bytes. */
  readonly presharedKey: string;
  /** The tunnel for which it holds, see {@link tunnelOf}: a peer with another key of its own needs another one. */
  readonly tunnel: string;
  /** Since when this process has it, in milliseconds of a monotonic clock. */
  readonly since: number;
  /** How long it is used from then on, in milliseconds; half of that later the two nodes agree on the next one. */
  readonly lifeMs: number;
  /** How long the peer may take to answer under it for the first time, in milliseconds. */
  readonly graceMs: number;
  /**
   * Of a key that opens a closed tunnel: since when the kernel uses it, in milliseconds of the same clock, and `Pending` until then. The peer answers under
   * this key what is asked later. Absent when the session of before goes on.
   */
  readonly opened?: number | 'Pending';
  /** The peer may have the next one already, because this process ended while they agreed on it: they agree again at once. */
  readonly isDoubtful?: true;
  /** The peer asked for it before its statement arrived here; absent once the statement contains that it uses keys. */
  readonly isAhead?: true;
  /** The end of the certificate that ends first, in milliseconds since 1970. */
  readonly until: number;
}

/** Keys by `<slice>/<cluster>/<node>`. */
export type PeerKeys = ReadonlyMap<string, PeerKey>;

/** What the tunnel to a peer may carry. */
export type TunnelUse =
  /** Packets of pods, with this pre-shared key. */
  | {
      readonly use: 'Bound';
      readonly presharedKey: string;
      /** As in {@link PeerKey}. */
      readonly until: number;
    }
  /** Packets of pods, without a key: it carried them before both nodes used keys, and they agree on the first one now. */
  | { readonly use: 'Open' }
  /** Only what the nodes themselves need to agree on a key; `isRefused` with a node that uses none. */
  | { readonly use: 'Closed'; readonly isRefused?: true };

/**
 * Tunnels that carry everything without a key, by {@link openTunnel}, with the time since when both nodes use keys: in milliseconds of a monotonic clock,
 * undefined while they do not.
 */
export type OpenTunnels = ReadonlyMap<string, number | undefined>;

/** Names a tunnel by its slice and the tunnel keys of both ends. */
export const openTunnel = (slice: string, ownKey: string, peerKey: string): string => [slice, ownKey, peerKey].join(' ');

/** The inputs of the keys of all peers. */
export interface PeerKeysInput {
  readonly before: PeerKeys;
  readonly open: OpenTunnels;
  readonly slices: readonly SliceFacts[];
  /** Own tunnel key by slice name. */
  readonly keys: ReadonlyMap<string, { readonly publicKey: string }>;
  /** Whether peers that state no pre-shared keys get no packets of pods. */
  readonly isRequired: boolean;
  /** The history of a link, by slice and peer name. */
  readonly linkOf: (slice: string, peer: string) => LinkHistory | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wall: number;
}

/** The keys of all peers now. */
export interface PeerKeysPlan {
  /** The keys that still count. */
  readonly held: PeerKeys;
  readonly open: OpenTunnels;
  /** By `<slice>/<cluster>/<node>`: the peers with which this node uses a pre-shared key. A tunnel to another one carries everything. */
  readonly uses: ReadonlyMap<string, TunnelUse>;
  /**
   * Keys of peers with which this node should begin a TLS session now. Of two nodes the one with the smaller tunnel key begins; an open tunnel does not
   * wait for that for longer than {@link beginsAnywayMs}.
   */
  readonly due: readonly string[];
  /** When the next key ends, is renewed or is given up, in milliseconds from now; undefined when none is. */
  readonly nextMs: number | undefined;
}

/** Names the tunnel between this node and a peer. */
export const tunnelOf = (slice: SliceFacts, ownKey: string, { publicKey, identityKey }: PeerFacts): string =>
  [slice.uid, ownKey, publicKey, identityKey ?? ''].join(' ');

/**
 * Which tunnels have a pre-shared key, which wait for one, and which need none.
 *
 * ```
 * peer                                              then
 * in a slice with IPsec                             it needs no key, and has no entry
 * it states no pre-shared keys                      the tunnel carries everything, as in earlier versions; closed where keys are required
 * the tunnel carried everything until now           open and due, for two minutes
 * no key yet, or one for another tunnel             closed, and due
 * its key has ended                                 closed, and due
 * silent since the kernel has its first key, 5 s    closed, and due: the peer does not have the key
 * silent for 30 s                                   closed, and due: the peer lost the key
 * otherwise                                         open with the key; due when half of its time is over
 * ```
 */
export const planPeerKeys = ({ before, open, slices, keys, isRequired, linkOf, now, wall }: PeerKeysInput): PeerKeysPlan => {
  const held = new Map<string, PeerKey>();
  const stillOpen = new Map<string, number | undefined>();
  const uses = new Map<string, TunnelUse>();
  const due: string[] = [];
  const waits: number[] = [];
  for (const slice of slices) {
    const own = keys.get(slice.name);
    // IPsec authenticates both ends by their certificates itself.
    if (own === undefined || slice.driver === 'IPsec') continue;
    for (const peer of slice.peers) {
      const name = `${slice.name}/${peerName(peer)}`;
      const tunnel = openTunnel(slice.name, own.publicKey, peer.publicKey);
      const states = peer.bindsKeys === true && peer.identityKey !== undefined;
      const key = before.get(name);
      const silentAt = key === undefined ? 0 : givenUpAt(key, linkOf(slice.name, peerName(peer))?.lastAnswer);
      const endsInMs = key === undefined ? 0 : Math.min(key.since + key.lifeMs - now, key.until - wall, silentAt - now);
      const counts = key?.tunnel === tunnelOf(slice, own.publicKey, peer) && endsInMs > 0 && (states || key.isAhead === true);
      const begins = own.publicKey < peer.publicKey;
      if (counts) {
        held.set(name, states ? onTime(key) : key);
        uses.set(name, { use: 'Bound', presharedKey: key.presharedKey, until: key.until });
        const renewInMs = key.isDoubtful === true ? 0 : key.since + key.lifeMs / 2 - now;
        if (begins && renewInMs <= 0) due.push(name);
        waits.push(endsInMs, ...(begins && renewInMs > 0 ? [renewInMs] : []));
      } else if (!states) {
        if (isRequired) uses.set(name, { use: 'Closed', isRefused: true });
        else stillOpen.set(tunnel, undefined);
      } else {
        const since = open.has(tunnel) ? (open.get(tunnel) ?? now) : Number.NEGATIVE_INFINITY;
        const [closesInMs, anywayInMs] = [since + openMs - now, since + beginsAnywayMs - now];
        const isOpen = closesInMs > 0;
        if (isOpen) stillOpen.set(tunnel, since);
        uses.set(name, { use: isOpen ? 'Open' : 'Closed' });
        if (begins || (isOpen && anywayInMs <= 0)) due.push(name);
        if (isOpen) waits.push(closesInMs, ...(!begins && anywayInMs > 0 ? [anywayInMs] : []));
      }
    }
  }
  return { held, open: stillOpen, uses, due, nextMs: waits.length === 0 ? undefined : Math.max(0, Math.min(...waits)) };
};

/** The key once the peer's statement has arrived; the same object when that changes nothing. */
const onTime = (key: PeerKey): PeerKey => {
  if (key.isAhead === undefined) return key;
  const { isAhead: _, ...rest } = key;
  return rest;
};

const givenUpAt = ({ since, graceMs, opened = since }: PeerKey, lastAnswer: number | undefined): number => {
  if (opened === 'Pending') return Number.POSITIVE_INFINITY;
  return lastAnswer === undefined || lastAnswer <= opened ? opened + graceMs : lastAnswer + silentMs;
};
