/**
 * After how many milliseconds without an answer a handshake is begun anew. WireGuard itself asks again only after 5 s (REKEY_TIMEOUT), and two nodes
 * that call each other at the same moment each drop the other's answer, because one handshake state per peer holds the latest call: without this, one link in thirty needs 5 s,
 * and over long distances every second one. The first leaves time for the longest way round the earth; after the last WireGuard is left to itself.
 */
export const renewAfterMs = [400, 1_000, 2_000, 3_000, 4_500] as const;

/** How often a peer was called anew, under which key and since when it is known. */
export interface HandshakeRenewal {
  readonly publicKey: string;
  /** Milliseconds of a clock that does not go back. */
  readonly since: number;
  readonly count: number;
  /** When it may be due again, on the same clock; undefined when it is not. */
  readonly nextAt: number | undefined;
}

/**
 * How often the handshake with a peer is to have been begun anew by now. Of two nodes only the one with the smaller key does it, so that what
 * crossed once does not cross again.
 *
 * ```
 * peer                                      then
 * new, or under a new key                   0, from now
 * answered a probe since                    as often as before
 * silent, and its key is the larger one     one more after each of the times above
 * silent, and its key is the smaller one    0: it calls
 * ```
 *
 * @param lastAnswer when the peer answered last, on the same clock
 */
export const renewHandshake = (
  before: HandshakeRenewal | undefined,
  own: { readonly publicKey: string },
  peer: { readonly publicKey: string },
  lastAnswer: number | undefined,
  now: number,
): HandshakeRenewal => {
  const { since, count } = before?.publicKey === peer.publicKey ? before : { since: now, count: 0 };
  const answered = lastAnswer !== undefined && lastAnswer > since;
  if (answered || own.publicKey >= peer.publicKey) return { publicKey: peer.publicKey, since, count, nextAt: undefined };
  const passed = renewAfterMs.filter((ms) => now - since >= ms).length;
  const next = renewAfterMs[passed];
  return { publicKey: peer.publicKey, since, count: passed, nextAt: next === undefined ? undefined : since + next };
};
