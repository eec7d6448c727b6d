import { describe, expect, it } from 'vitest';
import { slice } from '../fixtures/hub.ts';
import { planGrants } from '../membership/grants.ts';
import { planMembership } from '../membership/membership.ts';
import { planTakeBack } from './take-back-blocks.ts';

const blocks = ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/23'];
const member = (releasedBlocks?: string[], ended?: string) => {
  const membership = planMembership(slice('app'), 'default', 'east', blocks);
  return {
    ...membership,
    spec: { ...membership.spec, ...(ended === undefined ? {} : { ended }) },
    status: { wantedAddresses: 256, ...(releasedBlocks === undefined ? {} : { releasedBlocks }) },
  };
};

describe('blocks that are taken back', () => {
  it.each([
    ['none while nothing is given back', member(), undefined],
    ['those that are given back', member(['10.0.1.0/24']), ['10.0.0.0/24', '10.0.2.0/23']],
    ['not the first', member(blocks), ['10.0.0.0/24']],
    ['not what it has not', member(['10.9.0.0/24']), undefined],
    ['not a part of what it has', member(['10.0.2.0/24']), undefined],
    ['not of a membership that ended', member(['10.0.1.0/24'], '2026-01-01T00:00:00Z'), undefined],
  ])('%s', (_, membership, left) =>
    expect(planTakeBack([membership]).map((taken) => taken.blocks)).toEqual(left === undefined ? [] : [left]),
  );

  it('are free for others, and do not come back by themselves', () => {
    const [taken] = planTakeBack([member(['10.0.2.0/23'])]);
    const after = { ...member([]), spec: { ...member().spec, blocks: [...(taken?.blocks ?? [])] } };
    const grants = planGrants('10.0.0.0/16', ['east', 'west'], [after]);
    expect(grants.blocks.get('east')).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
    expect(grants.blocks.get('west')).toEqual(['10.0.2.0/24']);
    expect(grants.retired).toEqual([]);
  });
});
