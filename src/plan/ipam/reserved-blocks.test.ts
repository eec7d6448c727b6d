import { describe, expect, it } from 'vitest';
import { author, authorityOf } from '../../../test/exchange/author.ts';
import { receiver } from '../../../test/exchange/receiver.ts';
import { reservedBlocks, reservedVerdicts } from './reserved-blocks.ts';

const [east, west] = [author(await authorityOf('east')), author(await authorityOf('west'))];
const here = () => {
  const one = receiver({ east: ['10.0.0.0/24', '10.0.2.0/24'], west: ['10.0.1.0/24'] });
  one.show(east.claim(['10.0.2.0/24', '10.0.0.0/24']));
  one.show(west.claim(['10.0.1.0/24']));
  return one;
};
const reservedOf = ({ ledger, context }: ReturnType<typeof here>) => reservedBlocks(ledger(), context().member);

describe('blocks are reserved', () => {
  it('for a cluster that was removed and did not sign them away', () => {
    const one = here();
    expect(reservedOf(one)).toEqual([]);
    one.grant({ east: 'ended' });
    expect(reservedOf(one)).toEqual([{ cluster: 'east', blocks: ['10.0.0.0/24', '10.0.2.0/24'] }]);
    one.restart();
    expect(reservedOf(one)).toHaveLength(1);
  });

  it('no longer when it said farewell, or is a member again', () => {
    const one = here();
    one.grant({ east: 'ended', west: 'ended' });
    one.show(east.farewell());
    expect(reservedOf(one).map(({ cluster }) => cluster)).toEqual(['west']);
    one.grant({ west: ['10.0.1.0/24'] });
    expect(reservedOf(one)).toEqual([]);
  });

  it.each(['unknown', undefined] as const)('for nobody of whom the hub says nothing (%s)', (grant) => {
    const one = here();
    one.grant({ east: grant });
    expect(reservedOf(one)).toEqual([]);
  });
});

describe('the condition BlocksReserved', () => {
  it('is not there before a block is reserved, names the command, and stays as False', () => {
    expect(reservedVerdicts([], [])).toEqual([]);
    const [verdict] = reservedVerdicts([], [{ cluster: 'east', blocks: ['10.0.0.0/24'] }]);
    expect(verdict).toMatchObject({ type: 'BlocksReserved', status: 'True', reason: 'OwnerRemoved' });
    expect(verdict?.message).toContain('kubeslice trust forget east');
    const before = [{ type: 'BlocksReserved', status: 'True' as const, reason: 'OwnerRemoved', message: '', lastTransitionTime: '' }];
    expect(reservedVerdicts(before, [])).toMatchObject([{ status: 'False' }]);
  });

  it('is bounded, whatever hostile members name', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      cluster: `c${index}`,
      blocks: Array.from({ length: 256 }, () => '10.0.0.0/24'),
    }));
    expect(reservedVerdicts([], many)[0]?.message.length).toBeLessThan(2_000);
  });
});
