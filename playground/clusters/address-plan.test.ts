import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chooseSlot,
  clusterLimit,
  hostLink,
  nodeAddress,
  nodeLimit,
  nodePodCIDR,
  playgroundSubnet,
  siteOf,
  slotCount,
} from './address-plan.ts';

const slot = fc.integer({ min: 0, max: slotCount - 1 });
const index = fc.integer({ min: 1, max: clusterLimit });
const node = fc.integer({ min: 1, max: nodeLimit });

const number = (address: string): number => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
const inside = (address: string, cidr: string): boolean => {
  const [base, length] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(base ?? '') / size);
};

describe('address plan', () => {
  test('the first and the last playground', () => {
    expect(playgroundSubnet(0)).toBe('198.18.0.0/20');
    expect(playgroundSubnet(31)).toBe('198.19.240.0/20');
    expect(hostLink(1)).toEqual({ host: '198.18.16.1', router: '198.18.16.2' });
    expect(siteOf(16, 2)).toEqual({ subnet: '198.19.2.0/24', router: '198.19.2.1', controlPlane: '198.19.2.2' });
    expect(nodeAddress(16, 2, 1)).toBe('198.19.2.11');
    expect(nodePodCIDR(100)).toBe('10.244.100.0/24');
  });

  test('addresses lie in their site, sites in their playground, and no two are the same', () => {
    fc.assert(
      fc.property(slot, index, node, (slot, index, node) => {
        const site = siteOf(slot, index);
        const all = [site.router, site.controlPlane, nodeAddress(slot, index, node)];
        for (const address of all) {
          expect(inside(address, site.subnet)).toBe(true);
          expect(inside(address, playgroundSubnet(slot))).toBe(true);
          expect(inside(address, '198.18.0.0/15')).toBe(true);
        }
        expect(new Set([...all, ...Object.values(hostLink(slot))]).size).toBe(5);
      }),
    );
  });

  test('playgrounds do not overlap', () => {
    const subnets = Array.from({ length: slotCount }, (_, each) => playgroundSubnet(each));
    expect(new Set(subnets).size).toBe(slotCount);
    for (const subnet of subnets) expect(number(subnet.split('/')[0] ?? '') % 4096).toBe(0);
  });

  test('a name always gets the same slot while it is free, and a free one otherwise', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), fc.uniqueArray(slot, { maxLength: slotCount - 1 }), (name, taken) => {
        const chosen = chooseSlot(name, new Set(taken));
        expect(taken).not.toContain(chosen);
        if (!taken.includes(chooseSlot(name, new Set()))) expect(chosen).toBe(chooseSlot(name, new Set()));
      }),
    );
  });

  test('a thirty-third playground is refused', () => {
    const all = new Set(Array.from({ length: slotCount }, (_, each) => each));
    expect(() => chooseSlot('one-more', all)).toThrow(/All 32 address ranges/);
  });
});
