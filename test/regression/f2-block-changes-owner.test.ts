import { expect, it } from 'vitest';
import { clockSkewMs, statementLifetimeMs } from '../../src/exchange/trust/lifetime.ts';
import { author, authorityOf, keyOf, start } from '../exchange/author.ts';
import { receiver } from '../exchange/receiver.ts';

/** East has a block and a node; then the hub grants the block to a cluster of its own and shows that one's statements. */
const begin = async () => {
  const east = author(await authorityOf('east'));
  const rogue = author(await authorityOf('aaa'));
  const here = receiver({ east: ['10.0.0.0/24'], aaa: ['10.0.0.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
  here.show(east.node('n1', ['10.0.0.0/26']));
  const capture = (now = start) =>
    [rogue.claim(['10.0.0.0/24'], now), rogue.node('n1', ['10.0.0.0/26'], now)].map((notice) => here.show(notice, now).refusal?.code);
  return { east, rogue, here, capture };
};
const refused = ['BlockTaken', 'ClusterUnknown'];

it('F2: a block does not change its owner by word of the hub', async () => {
  const { here, capture } = await begin();
  expect(capture()).toEqual(refused);
  here.grant({ east: ['10.0.4.0/24'] });
  expect(capture()).toEqual(refused);
  here.grant({ east: 'ended' });
  expect(capture()).toEqual(refused);
  here.grant({ east: undefined });
  expect(capture()).toEqual(refused);
  expect(here.pinned('aaa')).toBeUndefined();
});

it('F2: nor after a restart, whoever is shown first', async () => {
  const { here, capture } = await begin();
  here.grant({ east: undefined });
  here.restart();
  expect(capture()).toEqual(refused);
  expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
});

it('F2: nor when east’s statements expired, because the hub let nobody renew them', async () => {
  const { here, capture } = await begin();
  const late = start + statementLifetimeMs + clockSkewMs + 1;
  here.expire(late);
  here.restart();
  expect(here.believes()).toEqual([]);
  expect(capture(late)).toEqual(refused);
});

it('F2: a member cannot make a block its own by naming it in a claim that nobody can use', async () => {
  const { east, rogue, here } = await begin();
  here.grant({ aaa: ['10.0.5.0/24'] });
  here.show(rogue.claim(['10.0.5.0/24']));
  expect(here.show(rogue.claim(['10.0.0.0/24', '99.0.0.0/8'])).refusal?.code).toBe('BlockOutsideSubnet');
  expect(here.show(east.claim(['10.0.0.0/24'])).refusal).toBeUndefined();
  here.restart();
  expect(here.show(east.claim(['10.0.0.0/24'])).refusal).toBeUndefined();
});

it('F2: nor by a tombstone about something else let its own block go while it uses it', async () => {
  const { east, here, capture } = await begin();
  const odd = { ...east.withdraw('Node', 'zzz'), kind: 'Cluster' as const };
  expect(here.show(odd).refusal?.code).toBe('Malformed');
  expect(capture()).toEqual(refused);
});

it('F2: nor, while the hub is away, get one from another member that passes its statements on', async () => {
  const { rogue, here } = await begin();
  here.grant({ east: 'unknown', aaa: 'unknown' });
  expect(here.show(rogue.claim(['10.0.9.0/24'])).refusal?.code).toBe('NotMember');
  expect(here.pinned('aaa')).toBeUndefined();
});

it('F2: the owner can sign it away, and then the other may have it', async () => {
  const { east, here, capture } = await begin();
  here.show(east.claim([]));
  expect(capture()).toEqual([undefined, undefined]);
});

it('F2: an administrator can say so', async () => {
  const { here, capture } = await begin();
  here.forget('east');
  here.restart();
  expect(capture()).toEqual([undefined, undefined]);
});

it('F2: a tunnel key belongs to the node that had it', async () => {
  const { rogue, here } = await begin();
  here.grant({ aaa: ['10.0.5.0/24'] });
  here.show(rogue.claim(['10.0.5.0/24']));
  const copy = rogue.node('n1', ['10.0.5.0/26'], start, { publicKey: keyOf('east n1') });
  expect(here.show(copy).refusal?.code).toBe('KeyTaken');
  here.restart();
  expect(here.show(copy).refusal?.code).toBe('KeyTaken');
});
