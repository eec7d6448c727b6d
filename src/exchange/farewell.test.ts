import { expect, it } from 'vitest';
import { author, authorityOf } from '../../test/exchange/author.ts';
import { isFarewell } from './farewell.ts';

const east = author(await authorityOf('east'));

it('is the tombstone of a cluster about itself, and nothing that only looks like one', () => {
  expect(isFarewell(east.farewell())).toBe(true);
  expect(isFarewell(east.claim(['10.0.0.0/24']))).toBe(false);
  expect(isFarewell(east.withdraw('Node', 'n1'))).toBe(false);
  for (const statement of ['', '{"withdrawn":true}', '"\\"withdrawn\\":true"', `${east.farewell().statement}x`])
    expect(isFarewell({ kind: 'Cluster', statement })).toBe(false);
});
