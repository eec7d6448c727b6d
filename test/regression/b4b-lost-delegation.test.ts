import { expect, it } from 'vitest';
import { author, authorityOf, endpoints } from '../exchange/author.ts';
import { receiver } from '../exchange/receiver.ts';

const begin = async () => {
  const east = author(await authorityOf('east'));
  const here = receiver({ east: ['10.0.0.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
  here.show(east.node('n1', ['10.0.0.0/26']));
  const exported = east.export({ endpoints: endpoints(['10.0.0.2', 'n1']) });
  here.show(exported);
  return { here, exported };
};

it('B4b: an export ends with its namespace, whether or not its author takes it down', async () => {
  const { here, exported } = await begin();
  expect(here.circumstances({ namespaces: new Set(['other-ns']) })).toEqual(['Export/east/app-ns/backend']);
  expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
  expect(here.show(exported).refusal?.code).toBe('NamespaceNotInSlice');
  here.restart();
  expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
});

it('B4b: claim and nodes end when the block is taken away', async () => {
  const { here } = await begin();
  here.grant({ east: ['10.0.4.0/24'] });
  expect(here.inForce('Cluster', 'east', 'east')).toBeUndefined();
  expect(here.inForce('Node', 'east', 'n1')).toBeUndefined();
  here.restart();
  expect(here.inForce('Node', 'east', 'n1')).toBeUndefined();
});

it('B4b: they come back with what was delegated', async () => {
  const { here } = await begin();
  here.circumstances({ namespaces: new Set(['other-ns']) });
  here.circumstances({ namespaces: new Set(['other-ns', 'app-ns']) });
  expect(here.believes()).toEqual(['Cluster/east/east', 'Export/east/app-ns/backend', 'Node/east/n1']);
});
