import { describe, expect, it } from 'vitest';
import { cluster, slice } from '../fixtures/hub.ts';
import { membersOf } from './members.ts';

const names = (list: readonly { metadata: { name: string } }[]) => list.map((one) => one.metadata.name);
const fleet = [cluster('west'), cluster('east'), cluster('north', {}, false)];

describe('members of a slice', () => {
  it('are all joined clusters when none is named, sorted', () => {
    const members = membersOf(slice('a').spec, fleet);
    expect(names(members.joined)).toEqual(['east', 'west']);
    expect(members).toMatchObject({ waiting: [], unknown: [] });
  });

  it('are the named ones, with those that wait and those that nobody knows', () => {
    const members = membersOf(slice('a', { clusters: ['west', 'north', 'south'] }).spec, fleet);
    expect(names(members.joined)).toEqual(['west']);
    expect(members.waiting).toEqual(['north']);
    expect(members.unknown).toEqual(['south']);
  });

  it('does not count a cluster that is being deleted', () => {
    const going = { ...cluster('east'), metadata: { ...cluster('east').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(names(membersOf(slice('a').spec, [going, cluster('west')]).joined)).toEqual(['west']);
  });
});
