import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../failure.ts';
import { cidrAround, cidrSize, containsCidr, formatCidr, overlaps, parseCidr } from './cidr.ts';
import { mergeCidrs } from './cidr-space.ts';
import { serviceRange, subnetLayout } from './subnet-layout.ts';

describe('subnetLayout', () => {
  it.each([
    ['10.0.0.0/8', '10.240.0.0/12', 1024, 64],
    ['172.16.0.0/12', '172.31.0.0/16', 1024, 64],
    ['10.0.0.0/16', '10.0.240.0/20', 256, 64],
    ['10.0.0.0/18', '10.0.60.0/22', 128, 64],
    ['10.0.0.0/20', '10.0.15.0/24', 64, 32],
    ['10.0.0.0/22', '10.0.3.192/26', 32, 16],
    ['10.0.0.0/24', '10.0.0.240/28', 16, 8],
    ['10.0.0.64/26', '10.0.0.124/30', 8, 4],
    ['10.0.0.0/28', '10.0.0.15/32', 4, 2],
  ])('%s: services %s, cluster unit %i, node unit %i', (subnet, services, clusterUnit, nodeUnit) => {
    const layout = subnetLayout(subnet);
    expect(formatCidr(layout.services)).toBe(services);
    expect(layout).toMatchObject({ clusterUnit, nodeUnit });
  });

  it.each([
    ['10.0.0.0', 'sliceSubnet "10.0.0.0" is not an address block'],
    ['10.0.1.0/16', 'write 10.0.0.0/16'],
    ['10.0.0.0/29', 'use a prefix from /8 to /28'],
    ['0.0.0.0/7', 'use a prefix from /8 to /28'],
    ['2001:db8::/64', 'is IPv6'],
  ])('refuses %s', (subnet, sentence) => {
    try {
      subnetLayout(subnet);
      expect.unreachable();
    } catch (error) {
      expect(Failure.is(error, 'InvalidInput')).toBe(true);
      expect(String(error)).toContain(sentence);
    }
  });

  it('parts every subnet into pods and services that never meet', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 28 }), (ip, prefix) => {
        const subnet = cidrAround(ip, prefix);
        const layout = subnetLayout(formatCidr(subnet));
        expect(layout.services).toEqual(serviceRange(subnet));
        expect(layout.pods.some((block) => overlaps(block, layout.services))).toBe(false);
        expect(mergeCidrs([...layout.pods, layout.services])).toEqual([subnet]);
        expect(layout.pods.reduce((sum, block) => sum + cidrSize(block), 0) / layout.clusterUnit).toBeGreaterThan(3);
        expect(layout.clusterUnit).toBeGreaterThanOrEqual(2 * layout.nodeUnit);
        expect(layout.pods.every((block) => containsCidr(parseCidr(formatCidr(subnet)), block))).toBe(true);
        expect(cidrSize(layout.services)).toBe(cidrSize(subnet) / 16);
      }),
    );
  });
});
