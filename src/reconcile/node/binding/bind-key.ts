import type { Duplex } from 'node:stream';
import { connect, TLSSocket } from 'node:tls';
import * as z from 'zod';
import {
  authenticated,
  type BoundKey,
  boundKeyOf,
  type OwnNode,
  type StatedNode,
  sessionOptions,
} from '../../../identity/node/tunnel-session.ts';
import { readLine } from '../../../serving/read-line.ts';
import { type Clock, sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { readJson } from '../../../values/text/read-json.ts';

/** Two nodes of a slice whose tunnel gets a key. */
export interface BindingEnds {
  readonly own: OwnNode;
  readonly peer: StatedNode;
  readonly sliceUID: string;
}

/** How long both ends have together, in milliseconds: four round trips around the earth, and two busy nodes. */
export const bindWithinMs = 5_000;

/** How long the answering side waits for the end of the session after its last answer, in milliseconds: two round trips around the earth. */
export const closeWithinMs = 1_000;

/** What the initiator asks for; a node that was given another tunnel key meanwhile refuses. */
const bindRequest = z.object({ version: z.literal(1), sliceUID: z.string(), from: z.string(), to: z.string() });
const bindReply = z.union([z.object({ ready: z.literal(true) }), z.object({ refused: z.string().max(256) })]);
const bindSet = z.object({ set: z.literal(true) });
const bindDone = z.object({ done: z.literal(true) });

/** Runs one side within {@link bindWithinMs}, and closes the session at its end. */
const within = async <T>(session: TLSSocket, clock: Clock, signal: AbortSignal, task: () => Promise<T>): Promise<T> => {
  const ending = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    // Not once: a session may fail again after its end, and an error without a listener ends the program.
    session.on('error', (cause: Error) => reject(new Failure('Unavailable', `the TLS session failed: ${cause.message}`, { cause })));
    session.once('close', () => reject(new Failure('Unavailable', 'the other end closed the TLS session')));
  });
  const late = sleep(clock, bindWithinMs, AbortSignal.any([signal, ending.signal])).then(() => {
    throw new Failure('Timeout', `no key within ${bindWithinMs / 1_000} s`);
  });
  try {
    return await Promise.race([task(), failed, late]);
  } finally {
    ending.abort();
    session.destroy();
  }
};

const once = (session: TLSSocket, event: string): Promise<void> => new Promise((resolve) => void session.once(event, () => resolve()));
/** Resolves when all that was written has left. */
const finish = (session: TLSSocket): Promise<void> => new Promise((resolve) => void session.end(resolve));
const say = (session: TLSSocket, value: object): void => void session.write(`${JSON.stringify(value)}\n`);
const hear = async <T extends z.ZodType>(session: TLSSocket, schema: T): Promise<z.output<T>> => {
  const read = schema.safeParse(readJson(await readLine(session, 1_024)));
  if (!read.success) throw new Failure('Unavailable', 'the other end does not speak this protocol');
  return read.data;
};

const keyOf = (session: TLSSocket, { own, peer, sliceUID }: BindingEnds, until: number): BoundKey => ({
  presharedKey: boundKeyOf(session, [own.tunnelKey, peer.tunnelKey], sliceUID),
  notAfter: Math.min(own.notAfter, until),
});

/**
 * Opens a mutual TLS session with the node at the other end of the connection, and derives the pre-shared key of the tunnel between the two from it.
 * The connection must lead to that node through the tunnel.
 *
 * ```
 * this node (initiator)                        the other node
 * TLS 1.3, certificates on both sides
 * {version, sliceUID, from, to}            →   checks that these are the tunnel keys it has
 *                                          ←   {ready} or {refused}
 * stores that it asks
 * {set}                                    →   stores the key
 *                                          ←   {done}
 * sets the key, and closes the session    →   uses the key
 * ```
 *
 * So this node never has a key that the other one lacks, and the other one uses it only when this one closes the session: the answer must arrive through
 * the tunnel as it was. When a message is lost, the other node may have a key that this one lacks; this one knows, and
 * both agree on another one. Until the next handshake, for two minutes, a session of before goes on.
 *
 * @param asks resolves once a later run of this program will know that the other node may have a new key
 * @throws Failure `Unavailable` with the reason, `Timeout`, `Interrupted`.
 */
export const bindKey = (
  connection: Duplex,
  ends: BindingEnds,
  asks: () => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<BoundKey> => {
  const { own, peer, sliceUID } = ends;
  const session = connect({ ...sessionOptions(own), socket: connection });
  return within(session, clock, signal, async () => {
    await once(session, 'secureConnect');
    const until = authenticated(session, peer, clock.now());
    if (typeof until === 'string') throw new Failure('Unavailable', `the other end ${until}`);
    const key = keyOf(session, ends, until);
    say(session, { version: 1, sliceUID, from: own.tunnelKey, to: peer.tunnelKey });
    const reply = await hear(session, bindReply);
    if ('refused' in reply) throw new Failure('Unavailable', `the other end refuses: ${reply.refused}`);
    await asks();
    say(session, { set: true });
    await hear(session, bindDone);
    await finish(session);
    return key;
  });
};

/**
 * The other side of {@link bindKey}, on an accepted connection. It resolves when the initiator closes the session, or {@link closeWithinMs} later, or fails; a key that was kept is to be
 * used in both cases, because the initiator may have it.
 *
 * @param keep resolves once the key survives the end of this program
 * @throws Failure `Unavailable` with the reason, `Timeout`, `Interrupted`; what `keep` throws.
 */
export const answerBinding = (
  connection: Duplex,
  ends: BindingEnds,
  keep: (key: BoundKey) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  const { own, peer, sliceUID } = ends;
  const session = new TLSSocket(connection, { ...sessionOptions(own), isServer: true });
  return within(session, clock, signal, async () => {
    await once(session, 'secure');
    const until = authenticated(session, peer, clock.now());
    if (typeof until === 'string') throw new Failure('Unavailable', `the other end ${until}`);
    const key = keyOf(session, ends, until);
    const asked = await hear(session, bindRequest);
    const refused = asked.sliceUID !== sliceUID || asked.from !== peer.tunnelKey || asked.to !== own.tunnelKey;
    if (refused) {
      say(session, { refused: 'the tunnel has other keys here' });
      await finish(session);
      throw new Failure('Unavailable', 'the other end has other tunnel keys than this node');
    }
    say(session, { ready: true });
    await hear(session, bindSet);
    await keep(key);
    say(session, { done: true });
    const closed = once(session, 'end');
    session.resume();
    // The initiator has the answer by then, and its end of the session may be lost, because it uses the key already.
    await Promise.race([closed, sleep(clock, closeWithinMs, signal)]);
  });
};
