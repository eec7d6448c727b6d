import { expect, test } from 'vitest';
import { freeSubnet } from './free-subnet.ts';

test.each([
  [[], '10.253.0.0/20'],
  [['10.253.1.0/24', '10.96.0.0/16'], '10.254.16.0/20'],
  [['10.0.0.0/8', 'no network', '172.31.225.7/32'], '192.168.224.0/20'],
  [['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'], undefined],
])('beside %j it is %s', (taken, subnet) => {
  expect(freeSubnet(taken)).toBe(subnet);
});
