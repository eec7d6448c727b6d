import { createServer, connect as dial, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorityOf } from '../../../../test/exchange/author.ts';
import type { Authority } from '../../../identity/authority.ts';
import { issueNodeCertificate } from '../../../identity/node/issue-node-certificate.ts';
import { nodeCertificateMs } from '../../../identity/node/node-certificate.ts';
import { createNodeKey } from '../../../identity/node/node-key.ts';
import type { BoundKey, OwnNode, StatedNode } from '../../../identity/node/tunnel-session.ts';
import { readRoot } from '../../../identity/root.ts';
import { systemClock } from '../../../values/clock.ts';
import { answerBinding, type BindingEnds, bindKey } from './bind-key.ts';

const { signal } = new AbortController();
const project = 'default';
let east: Authority;
let west: Authority;
const open: Socket[] = [];
beforeAll(async () => {
  const now = Date.now();
  [east, west] = [await authorityOf('east', now), await authorityOf('west', now)];
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Two ends of one TCP connection. */
const connection = async (): Promise<[Socket, Socket]> => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
  const { port } = server.address() as { port: number };
  const ends: [Socket, Socket] = [dial(port, '127.0.0.1'), await accepted];
  server.close();
  open.push(...ends);
  return ends;
};

/** A node with everything it has and everything that its cluster states about it. */
const nodeOf = (authority: Authority, node: string, { issued = Date.now(), as = node } = {}) => {
  const { key } = createNodeKey();
  const certificate = issueNodeCertificate(authority, { node: as, publicKey: key.publicKey }, issued, (bytes) =>
    new Uint8Array(bytes).fill(7),
  );
  const tunnelKey = `${authority.cluster}-${node}-key`;
  const own: OwnNode = { privateKey: key.privateKey, certificate, notAfter: issued + nodeCertificateMs, tunnelKey };
  const root = readRoot(authority.certificate, { cluster: authority.cluster, project });
  const stated: StatedNode = { root, node, identityKey: key.publicKey, tunnelKey };
  return { own, stated };
};
type Node = ReturnType<typeof nodeOf>;
const ends = (from: Node, to: Node, sliceUID = 'u'): BindingEnds => ({ own: from.own, peer: to.stated, sliceUID });
const outcome = async (side: Promise<{ presharedKey: string }>): Promise<string> =>
  side.then(
    ({ presharedKey }) => presharedKey,
    (error: Error) => error.message,
  );
/** The answering side; resolves with the key that it kept. */
const answer = async (connection: Socket, side: BindingEnds, until: AbortSignal = signal): Promise<BoundKey> => {
  let kept: BoundKey | undefined;
  const keep = async (key: BoundKey): Promise<void> => {
    kept = key;
  };
  await answerBinding(connection, side, keep, systemClock, until);
  if (kept === undefined) throw new Error('nothing was kept');
  return kept;
};
/** What each side ends with: its key, or why there is none. */
const bound = async (initiator: BindingEnds, responder: BindingEnds): Promise<[string, string]> => {
  const [client, server] = await connection();
  return Promise.all([outcome(bindKey(client, initiator, async () => undefined, systemClock, signal)), outcome(answer(server, responder))]);
};

describe('two nodes that their clusters stated', () => {
  it('get the same key of 32 bytes, another one each time', async () => {
    const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b')];
    const [one, other] = await bound(ends(a, b), ends(b, a));
    expect(Buffer.from(one, 'base64')).toHaveLength(32);
    expect(other).toBe(one);
    expect((await bound(ends(b, a), ends(a, b)))[0]).not.toBe(one);
  });

  it('use it no longer than the certificate that ends first', async () => {
    const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b', { issued: Date.now() - 7_200_000 })];
    const [client, server] = await connection();
    const keys = await Promise.all([bindKey(client, ends(a, b), async () => undefined, systemClock, signal), answer(server, ends(b, a))]);
    for (const { notAfter } of keys) expect(Math.abs(notAfter - b.own.notAfter)).toBeLessThan(1_000);
  });

  it.each([
    ['of another authority', () => ({ ...nodeOf(east, 'b') }), /was not issued by the authority/],
    ['for another node', () => nodeOf(west, 'b', { as: 'c' }), /is for .*node\/c and not for/],
    ['that has expired', () => nodeOf(west, 'b', { issued: Date.now() - 13 * 3_600_000 }), /has expired/],
    ['that is not valid yet', () => nodeOf(west, 'b', { issued: Date.now() + 3_600_000 }), /not valid yet/],
  ])('refuse a certificate %s, whoever began', async (_, make, why) => {
    const [a, b, shown] = [nodeOf(east, 'a'), nodeOf(west, 'b'), make()];
    // What is stated is right but for the certificate that is shown.
    const stated = { ...shown.stated, root: b.stated.root };
    const liar: Node = { own: { ...shown.own, tunnelKey: b.own.tunnelKey }, stated: { ...stated, tunnelKey: b.own.tunnelKey } };
    expect((await bound(ends(a, liar), ends(liar, a)))[0]).toMatch(why);
    expect((await bound(ends(liar, a), ends(a, liar)))[1]).toMatch(why);
  });

  it('refuse a certificate for a key that the cluster does not state any more', async () => {
    const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b')];
    const stale: Node = { own: b.own, stated: nodeOf(west, 'b').stated };
    expect((await bound(ends(a, stale), ends(b, a)))[0]).toMatch('another key than the one that its cluster stated');
    expect((await bound(ends(b, a), ends(a, stale)))[1]).toMatch('another key than the one that its cluster stated');
  });

  it('refuse another tunnel or another slice, by name', async () => {
    const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b')];
    const moved: Node = { ...b, stated: { ...b.stated, tunnelKey: 'old' } };
    for (const [from, to] of [
      [ends(a, moved), ends(b, a)],
      [ends(a, b, 'other'), ends(b, a)],
    ] as const) {
      const [asked, answered] = await bound(from, to);
      expect(asked).toBe('the other end refuses: the tunnel has other keys here');
      expect(answered).toBe('the other end has other tunnel keys than this node');
    }
  });
});

describe('a node that is no node', () => {
  it.each([
    ['says nothing', ''],
    ['does not speak TLS', 'GET / HTTP/1.1\r\n\r\n'],
  ])('gets nothing when it %s, and costs five seconds at most', async (_, bytes) => {
    const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b')];
    const [client, server] = await connection();
    const ending = new AbortController();
    const answered = outcome(answer(server, ends(b, a), ending.signal));
    client.write(bytes);
    client.on('error', () => undefined);
    if (bytes === '') setTimeout(() => client.destroy(), 50);
    expect(await answered).toMatch(/TLS session/);
    expect(server.destroyed).toBe(true);
  });

  it('gets nothing without a certificate', async () => {
    const { connect } = await import('node:tls');
    const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b')];
    const [client, server] = await connection();
    const session = connect({ socket: client, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    session.on('error', () => undefined);
    expect(await outcome(answer(server, ends(b, a)))).toMatch('shows no certificate');
  });
});

it('gives up when the connection cannot be opened, and survives errors after its end', async () => {
  const [a, b] = [nodeOf(east, 'a'), nodeOf(west, 'b')];
  const nowhere = dial('/nowhere/relay.dial');
  expect(await outcome(bindKey(nowhere, ends(a, b), async () => undefined, systemClock, signal))).toMatch(/TLS session/);
  const [client, server] = await connection();
  const answered = outcome(answer(server, ends(b, a)));
  client.destroy();
  await answered;
  const [again, other] = await connection();
  const asked = outcome(bindKey(again, ends(a, b), async () => undefined, systemClock, signal));
  other.resetAndDestroy();
  expect(await asked).toMatch(/TLS session/);
});
