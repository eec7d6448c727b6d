import { expect, it } from 'vitest';
import { clockSkewMs, statementLifetimeMs } from '../../src/exchange/trust/lifetime.ts';
import { author, authorityOf, day, endpoints, start } from '../exchange/author.ts';
import { receiver } from '../exchange/receiver.ts';

const begin = async () => {
  const east = author(await authorityOf('east'));
  const here = receiver({ east: ['10.0.0.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
  here.show(east.node('n1', ['10.0.0.0/26']));
  here.show(east.export({ endpoints: endpoints(['10.0.0.2', 'n1']) }));
  return { east, here };
};
const end = start + statementLifetimeMs + clockSkewMs;

it('B4a: a statement that was accepted ends when it expires, though nothing arrives', async () => {
  const { here } = await begin();
  here.expire(end);
  expect(here.believes()).toHaveLength(3);
  here.expire(end + 1);
  expect(here.believes()).toEqual([]);
});

it('B4a: a restart does not make it hold longer', async () => {
  const { here } = await begin();
  here.circumstances({ now: end + 1 });
  here.restart();
  expect(here.believes()).toEqual([]);
});

it('B4a: it holds on while the hub is away, if the slice prefers that', async () => {
  const { here } = await begin();
  here.circumstances({ holdExpired: true });
  here.expire(end + 30 * day);
  here.restart();
  expect(here.believes()).toHaveLength(3);
});

it('B4a: it goes on when it is renewed', async () => {
  const { east, here } = await begin();
  for (const notice of [east.claim(['10.0.0.0/24'], start + 4 * day), east.node('n1', ['10.0.0.0/26'], start + 4 * day)])
    here.show(notice, start + 4 * day);
  here.expire(end + 1);
  expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
});
