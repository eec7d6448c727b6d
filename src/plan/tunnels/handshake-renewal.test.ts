import { expect, it } from 'vitest';
import { type HandshakeRenewal, renewHandshake } from './handshake-renewal.ts';

const smaller = { publicKey: 'a' };
const larger = { publicKey: 'b' };
const known = (count: number, nextAt?: number): HandshakeRenewal => ({ publicKey: 'b', since: 1_000, count, nextAt });

it.each([
  ['begins when the peer is new', undefined, smaller, larger, undefined, 1_000, known(0, 1_400)],
  ['waits for its time', known(0, 1_400), smaller, larger, undefined, 1_399, known(0, 1_400)],
  ['calls anew when it is', known(0, 1_400), smaller, larger, undefined, 1_400, known(1, 2_000)],
  ['catches up at once after a late look', known(0, 1_400), smaller, larger, undefined, 3_500, known(3, 4_000)],
  ['leaves the rest to WireGuard', known(4, 5_500), smaller, larger, undefined, 5_500, known(5)],
  ['and never goes on', known(5), smaller, larger, undefined, 999_000, known(5)],
  ['stops when the peer answered', known(1, 2_000), smaller, larger, 1_700, 2_000, known(1)],
  ['takes an answer under the former key for none', known(0, 1_400), smaller, larger, 900, 1_400, known(1, 2_000)],
  ['leaves it to the peer with the smaller key', undefined, larger, smaller, undefined, 9_000, { publicKey: 'a', since: 9_000, count: 0 }],
  ['begins again with a new key', { ...known(5), publicKey: 'c' }, smaller, larger, 900, 1_000, known(0, 1_400)],
] as const)('%s', (_, before, own, peer, lastAnswer, now, expected) => {
  expect(renewHandshake(before, own, peer, lastAnswer, now)).toEqual(expected);
});

it('begins again when a closed tunnel gets its pre-shared key, whatever the peer answered before', () => {
  const opened = renewHandshake(known(2), smaller, larger, 1_700, 5_000, 4_990);
  expect(opened).toEqual({ publicKey: 'b', since: 4_990, count: 0, nextAt: 5_390 });
  expect(renewHandshake(opened, smaller, larger, 1_700, 5_400, 4_990)).toEqual({ publicKey: 'b', since: 4_990, count: 1, nextAt: 5_990 });
  expect(renewHandshake(opened, smaller, larger, 5_100, 5_400, 4_990)).toEqual({
    publicKey: 'b',
    since: 4_990,
    count: 0,
    nextAt: undefined,
  });
});
