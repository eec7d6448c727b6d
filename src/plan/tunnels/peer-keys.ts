import { type PeerFacts, peerName, type SliceFacts } from '../facts/node-state.ts';
import type { LinkHistory } from '../links/liveness.ts';

/** How long a pre-shared key is used at most, in milliseconds. Half of it later the two nodes agree on the next one. */
export const keyLifeMs = 3_600_000;
/** A peer that has not answered since a new key was set does not have it: after this long both begin again. In milliseconds. */
export const firstAnswerMs = 5_000;
/** The same for a peer that has answered; long, because giving up a key interrupts a tunnel that may only be slow. In milliseconds. */
export const silentMs = 30_000;

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
  /** The end of the certificate that ends first, in milliseconds since 1970. */
  readonly until: number;
}

/** Keys by `<slice>/<cluster>/<node>`. */
export type PeerKeys = ReadonlyMap<string, PeerKey>;

/** What the tunnel to a peer may carry. */
export type TunnelUse =
  /** Packets of pods, with this pre-shared key. */
  | { readonly use: 'Bound'; readonly presharedKey: string }
  /** Only what the nodes themselves need to agree on a key. */
  | { readonly use: 'Closed' };

/** The inputs of the keys of all peers. */
export interface PeerKeysInput {
  readonly before: PeerKeys;
  readonly slices: readonly SliceFacts[];
  /** Own tunnel key by slice name. */
  readonly keys: ReadonlyMap<string, { readonly publicKey: string }>;
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
  /** By `<slice>/<cluster>/<node>`: the peers with which this node uses a pre-shared key. A tunnel to another one carries everything. */
  readonly uses: ReadonlyMap<string, TunnelUse>;
  /** Keys of peers with which this node should begin a TLS session now. Of two nodes the one with the smaller tunnel key begins. */
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
 * it states no pre-shared keys                      the tunnel carries everything, as in earlier versions
 * no key yet, or one for another tunnel             closed, and due
 * its key has ended                                 closed, and due
 * silent since a new key was set, for 5 s           closed, and due: the peer does not have the key
 * silent for 30 s                                   closed, and due: the peer lost the key
 * otherwise                                         open with the key; due when half of its time is over
 * ```
 */
export const planPeerKeys = ({ before, slices, keys, linkOf, now, wall }: PeerKeysInput): PeerKeysPlan => {
  const held = new Map<string, PeerKey>();
  const uses = new Map<string, TunnelUse>();
  const due: string[] = [];
  const waits: number[] = [];
  for (const slice of slices) {
    const own = keys.get(slice.name);
    if (own === undefined) continue;
    for (const peer of slice.peers) {
      if (peer.bindsKeys !== true || peer.identityKey === undefined) continue;
      const name = `${slice.name}/${peerName(peer)}`;
      const key = before.get(name);
      const silentAt = key === undefined ? 0 : givenUpAt(key, linkOf(slice.name, peerName(peer))?.lastAnswer);
      const endsInMs = key === undefined ? 0 : Math.min(key.since + key.lifeMs - now, key.until - wall, silentAt - now);
      const counts = key !== undefined && key.tunnel === tunnelOf(slice, own.publicKey, peer) && endsInMs > 0;
      const begins = own.publicKey < peer.publicKey;
      if (!counts) {
        uses.set(name, { use: 'Closed' });
        if (begins) due.push(name);
        continue;
      }
      held.set(name, key);
      uses.set(name, { use: 'Bound', presharedKey: key.presharedKey });
      const renewInMs = key.since + key.lifeMs / 2 - now;
      if (begins && renewInMs <= 0) due.push(name);
      waits.push(endsInMs, ...(begins && renewInMs > 0 ? [renewInMs] : []));
    }
  }
  return { held, uses, due, nextMs: waits.length === 0 ? undefined : Math.max(0, Math.min(...waits)) };
};

const givenUpAt = ({ since, graceMs }: PeerKey, lastAnswer: number | undefined): number =>
  lastAnswer === undefined || lastAnswer <= since ? since + graceMs : lastAnswer + silentMs;
