/**
 * After how many milliseconds without an answer a handshake is renewed. WireGuard itself retries only after 5 s (REKEY_TIMEOUT). Two nodes that
 * initiate at the same moment each drop the other's response, because a peer has one handshake state, which holds the latest initiation. Without
 * renewal, one link in thirty needs 5 s, and over long distances every second one. The first value allows for the longest path around the earth;
 * after the last one WireGuard continues by itself.
 */
export const renewAfterMs = [400, 1_000, 2_000, 3_000, 4_500] as const;

/** How many renewals a peer had, under which key and since when. */
export interface HandshakeRenewal {
  readonly publicKey: string;
  /** When the peer became known, or its closed tunnel got a pre-shared key if that was later. Milliseconds of a monotonic clock. */
  readonly since: number;
  readonly count: number;
  /** When the next renewal may be due, on the same clock; undefined when none is. */
  readonly nextAt: number | undefined;
}

/**
 * How many renewals the handshake with a peer should have had by now. Of two nodes only the one with the smaller key renews, so that they do not
 * collide again.
 *
 * ```
 * peer                                      then
 * new, or under a new key                   0, from now
 * closed, and has its pre-shared key now    0, from then: a handshake fails while the peer does not have the key
 * answered a probe since                    unchanged
 * silent, and its key is the larger one     one more after each of the times above
 * silent, and its key is the smaller one    0: the peer renews
 * ```
 *
 * @param lastAnswer when the peer last answered, on the same clock
 * @param openedAt when the closed tunnel got its pre-shared key in the kernel, on the same clock; undefined when it was never closed or has no key
 */
export const renewHandshake = (
  before: HandshakeRenewal | undefined,
  own: { readonly publicKey: string },
  peer: { readonly publicKey: string },
  lastAnswer: number | undefined,
  now: number,
  openedAt?: number,
): HandshakeRenewal => {
  const known = before?.publicKey === peer.publicKey ? before : undefined;
  const fresh = { since: known === undefined ? now : (openedAt ?? now), count: 0 };
  const { since, count } = known !== undefined && known.since >= (openedAt ?? 0) ? known : fresh;
  const answered = lastAnswer !== undefined && lastAnswer > since;
  if (answered || own.publicKey >= peer.publicKey) return { publicKey: peer.publicKey, since, count, nextAt: undefined };
  const passed = renewAfterMs.filter((ms) => now - since >= ms).length;
  const next = renewAfterMs[passed];
  return { publicKey: peer.publicKey, since, count: passed, nextAt: next === undefined ? undefined : since + next };
};
