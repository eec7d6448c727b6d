import { describe, expect, it } from 'vitest';
import { budgets } from '../../src/api/budgets.ts';
import { membershipStatus } from '../../src/api/membership/schema.ts';
import type { Membership } from '../../src/api/membership/type.ts';
import { slice } from '../../src/plan/fixtures/hub.ts';
import { sizeOf } from '../../src/plan/ipam/blocks.ts';
import { planGrants } from '../../src/plan/membership/grants.ts';
import { planMembership } from '../../src/plan/membership/membership.ts';
import { parseCidr } from '../../src/values/address/cidr.ts';

const subnet = '10.0.0.0/16';
const all = 61_440;
const greedy = (blocks: readonly string[], wantedAddresses: number): Membership => ({
  ...planMembership(slice('app'), 'default', 'greedy', blocks),
  status: { wantedAddresses },
});
const nodes = (count: number) => new Map([['greedy', count]]);
const size = (blocks: readonly string[] | undefined): number => sizeOf((blocks ?? []).map(parseCidr));

describe('B8, F9: a member that wants all addresses', () => {
  it('gets what its nodes can use', () => {
    const { blocks } = planGrants(subnet, ['greedy', 'modest'], [greedy(['10.0.0.0/24'], 2 ** 24)], [], nodes(3));
    expect(size(blocks.get('greedy'))).toBe(3 * budgets.addressesPerNode);
  });

  it('and says that it has many nodes leaves the others their part', () => {
    const { blocks, shortage } = planGrants(subnet, ['greedy', 'modest'], [greedy(['10.0.0.0/24'], 2 ** 24)], [], nodes(1_000_000));
    expect(size(blocks.get('greedy'))).toBeLessThanOrEqual(all / 2);
    expect(shortage).toContain('Cluster "greedy" needs');
    expect(shortage).toContain('than its fair share');

    const written = [
      greedy(blocks.get('greedy') ?? [], 2 ** 24),
      planMembership(slice('app'), 'default', 'modest', blocks.get('modest') ?? []),
    ];
    const later = planGrants(subnet, ['greedy', 'modest', 'newcomer'], written, [], nodes(1_000_000));
    expect(later.excluded).toEqual(new Map());
    expect(later.blocks.get('greedy')).toEqual(blocks.get('greedy'));
    expect(size(later.blocks.get('newcomer'))).toBe(256);
  });

  it('wants a number that an address space has', () => {
    for (const wantedAddresses of [-1, 1e9, 0.5]) expect(membershipStatus.safeParse({ wantedAddresses }).success).toBe(false);
    expect(membershipStatus.safeParse({ wantedAddresses: 600 }).success).toBe(true);
  });
});
