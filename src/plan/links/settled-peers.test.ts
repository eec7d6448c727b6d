import { expect, it } from 'vitest';
import type { TunnelPeer } from '../facts/slice-network.ts';
import { type LinkHistory, newLink } from './liveness.ts';
import { peersSettled } from './settled-peers.ts';

const peer = (name: string, more: Partial<TunnelPeer> = {}): TunnelPeer => ({ name, ...more }) as TunnelPeer;
const up = (since: number): LinkHistory => ({ ...newLink(since), state: 'Up', lastAnswer: since });
const now = 10_000;

it.each<[string, boolean, Partial<TunnelPeer>, LinkHistory | undefined]>([
  ['that answers', true, {}, up(9_900)],
  ['that was not probed yet', false, {}, undefined],
  ['that has not answered yet', false, {}, newLink(9_000)],
  ['that is dead', true, {}, { ...newLink(9_000), state: 'Down' }],
  ['that waits for a key', false, { isClosed: true }, up(9_900)],
  ['that waits for a key for long', true, { isClosed: true }, up(5_000)],
  ['that says nothing for long', true, {}, newLink(5_000)],
  ['that uses no keys although they are required', true, { isClosed: true, isRefused: true }, newLink(9_900)],
])('a peer %s: %s', (_, expected, more, link) => {
  const links = new Map([['west/a', up(0)]]);
  if (link !== undefined) links.set('west/b', link);
  expect(peersSettled([peer('west/a'), peer('west/b', more)], links, now)).toBe(expected);
});
