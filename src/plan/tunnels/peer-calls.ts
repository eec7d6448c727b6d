import { peerName, type SliceFacts } from '../facts/node-state.ts';
import type { LinkHistory } from '../links/liveness.ts';
import { chooseEndpoint, type EndpointChoice } from './endpoint-choice.ts';
import { type HandshakeRenewal, renewHandshake } from './handshake-renewal.ts';

/** How to reach a peer: its endpoint, and how many handshake renewals it should have had. */
export interface PeerCall {
  readonly endpoint: EndpointChoice;
  readonly renewal: HandshakeRenewal;
}

/** Calls by `<slice>/<cluster>/<node>`. */
export type PeerCalls = ReadonlyMap<string, PeerCall>;

/** The inputs of the next calls. */
export interface PeerCallsInput {
  readonly before: PeerCalls;
  readonly slices: readonly SliceFacts[];
  /** Own public key by slice name. */
  readonly keys: ReadonlyMap<string, { readonly publicKey: string }>;
  /** The history of a link, by slice and peer name. */
  readonly linkOf: (slice: string, peer: string) => LinkHistory | undefined;
  /** See {@link renewHandshake}, by slice and peer name. @default never */
  readonly openedAt?: (slice: string, peer: string) => number | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: number;
}

/** Of two nodes that try each other's endpoints the one with the larger key waits longer. */
const largerKeyPatienceMs = 700;

/** How to reach every peer of every slice now. */
export const planPeerCalls = ({ before, slices, keys, linkOf, openedAt, now }: PeerCallsInput): PeerCalls => {
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
        renewal: renewHandshake(last?.renewal, own, peer, link?.lastAnswer, now, openedAt?.(slice.name, peerName(peer))),
      });
    }
  }
  return calls;
};

/** When the next handshake renewal or endpoint change may be due, on the clock of the calls; undefined when none is. */
export const nextCallAt = (calls: PeerCalls): number | undefined => {
  const due = [...calls.values()].flatMap(({ endpoint, renewal }) => [endpoint.nextAt ?? [], renewal.nextAt ?? []].flat());
  return due.length === 0 ? undefined : Math.min(...due);
};
