import { expect, it } from 'vitest';
import { author, authorityOf, start } from '../exchange/author.ts';
import { receiver } from '../exchange/receiver.ts';

const begin = async () => {
  const east = author(await authorityOf('east'));
  const here = receiver({ east: ['10.0.0.0/24'] });
  const claim = east.claim(['10.0.0.0/24']);
  here.show(claim);
  const exported = east.export();
  here.show(exported);
  here.show(east.withdraw('Export', 'app-ns/backend'));
  return { east, here, claim, exported };
};

it('B4c, F5: a withdrawn export is not believed again, after a changed grant', async () => {
  const { here, exported } = await begin();
  here.circumstances({ namespaces: new Set(['app-ns', 'new-ns']) });
  here.grant({ east: ['10.0.0.0/24', '10.0.4.0/24'] });
  expect(here.show(exported).refusal?.code).toBe('SerialNotHigher');
  expect(here.believes()).toEqual(['Cluster/east/east']);
});

it('B4c, F5: nor after a restart', async () => {
  const { here, exported } = await begin();
  here.restart();
  expect(here.show(exported).refusal?.code).toBe('SerialNotHigher');
  expect(here.believes()).toEqual(['Cluster/east/east']);
});

it('B4c, F5: an older statement of a cluster about itself is not believed again after a restart', async () => {
  const { east, here, claim } = await begin();
  here.show(east.claim([]));
  here.restart();
  expect(here.show(claim).refusal?.code).toBe('SerialNotHigher');
});

it('B4c, F5: a notice that is taken away withdraws nothing, and its author can state the subject again', async () => {
  const { east, here } = await begin();
  expect(here.show(east.export({}, start + 1)).refusal).toBeUndefined();
  here.restart();
  expect(here.believes()).toEqual(['Cluster/east/east', 'Export/east/app-ns/backend']);
});

it('F5: nothing from before a farewell comes back when the cluster joins again', async () => {
  const { east, here } = await begin();
  const [shown, unseen] = [east.node('n1', ['10.0.0.0/26']), east.node('n2', ['10.0.0.64/26'])];
  here.show(shown);
  const farewell = east.farewell();
  here.show(farewell);
  here.show(east.claim(['10.0.0.0/24'], start, JSON.parse(farewell.statement).serial));
  for (const restart of [false, true]) {
    if (restart) here.restart();
    expect(here.believes()).toEqual(['Cluster/east/east']);
    expect([shown, unseen].map((notice) => here.show(notice).refusal?.code)).toEqual(['SerialNotHigher', 'SerialNotHigher']);
  }
});
