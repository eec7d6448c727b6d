import { expect, it } from 'vitest';
import { author, authorityOf, start } from '../exchange/author.ts';
import { receiver } from '../exchange/receiver.ts';

const begin = async () => {
  const east = author(await authorityOf('east'));
  const here = receiver({ east: ['10.0.0.0/24'] });
  const notices = [east.claim(['10.0.0.0/24']), east.node('n1', ['10.0.0.0/26']), east.export()];
  for (const notice of notices) here.show(notice);
  return { east, here, notices };
};

it('F3: an ended membership ends everything at once, whatever hangs on the board under whatever labels', async () => {
  const { here, notices } = await begin();
  expect(here.grant({ east: 'ended' }).toSorted()).toEqual(['Cluster/east/east', 'Export/east/app-ns/backend', 'Node/east/n1']);
  expect(here.believes()).toEqual([]);
  for (const notice of notices) here.show(notice);
  expect(here.believes()).toEqual([]);
});

it('F3: nor does a restart or anything new that it states bring it back', async () => {
  const { east, here } = await begin();
  here.grant({ east: 'ended' });
  here.restart();
  const news = [east.claim(['10.0.0.0/24'], start + 1), east.node('n2', ['10.0.0.64/26'], start + 1), east.export({}, start + 1)];
  expect(news.map((notice) => here.show(notice).refusal?.code)).toEqual(['NotMember', 'NotMember', 'NotMember']);
  expect(here.believes()).toEqual([]);
});

it('F3: a membership that merely vanished ends nothing', async () => {
  const { here } = await begin();
  here.grant({ east: undefined });
  here.restart();
  expect(here.believes()).toHaveLength(3);
});

it('F3: a farewell counts though the membership ended, and frees the blocks', async () => {
  const { east, here } = await begin();
  here.grant({ east: 'ended', west: ['10.0.0.0/24'] });
  const west = author(await authorityOf('west'));
  expect(here.show(west.claim(['10.0.0.0/24'])).refusal?.code).toBe('BlockTaken');
  expect(here.show(east.farewell()).refusal).toBeUndefined();
  expect(here.show(west.claim(['10.0.0.0/24'])).refusal).toBeUndefined();
});
