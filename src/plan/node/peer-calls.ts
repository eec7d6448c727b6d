import { chooseEndpoint, type EndpointChoice } from './endpoint-choice.ts';
import { type HandshakeRenewal, renewHandshake } from './handshake-renewal.ts';
import type { LinkHistory } from './liveness.ts';
import { peerName, type SliceFacts } from './node-state.ts';

/** How a peer is called: where, and how often anew. */
export interface PeerCall {
  readonly endpoint: EndpointChoice;
  readonly renewal: HandshakeRenewal;
}

/** Calls by `<slice>/<cluster>/<node>`. */
export type PeerCalls = ReadonlyMap<string, PeerCall>;

/** What the next calls are decided by. */
export interface PeerCallsInput {
  readonly before: PeerCalls;
  readonly slices: readonly SliceFacts[];
  /** Own public key by slice name. */
  readonly keys: ReadonlyMap<string, { readonly publicKey: string }>;
  /** What is known of a link, by slice and peer name. */
  readonly linkOf: (slice: string, peer: string) => LinkHistory | undefined;
  /** Milliseconds of a clock that does not go back. */
  readonly now: number;
}

/** Of two nodes that try each other's endpoints the one with the larger key takes its time. */
const largerKeyPatienceMs = 700;

/** How every peer of every slice is to be called now. */
export const planPeerCalls = ({ before, slices, keys, linkOf, now }: PeerCallsInput): PeerCalls => {
  const calls = new Map<string, PeerCall>();
  for (const slice of slices) {
    const own = keys.get(slice.name);
    if (own === undefined) continue;
    for (const peer of slice.peers) {
      const key = `${slice.name}/${peerName(peer)}`;
      const last = before.get(key);
      const link = linkOf(slice.name, peerName(peer));
      calls.set(key, {
        endpoint: chooseEndpoint(
          last?.endpoint,
          link,
          peer.endpoints.length,
          now,
          own.publicKey < peer.publicKey ? 0 : largerKeyPatienceMs,
        ),
        renewal: renewHandshake(last?.renewal, own, peer, link?.lastAnswer, now),
      });
    }
  }
  return calls;
};

/** When the next peer may be due to be called anew, on the clock of the calls; undefined when none is. */
export const nextCallAt = (calls: PeerCalls): number | undefined => {
  const due = [...calls.values()].flatMap(({ endpoint, renewal }) => [endpoint.nextAt ?? [], renewal.nextAt ?? []].flat());
  return due.length === 0 ? undefined : Math.min(...due);
};
