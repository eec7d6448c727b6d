import { expect, it } from 'vitest';
import { parseProbeLine } from './process/probe.ts';
import { parseUdpTable } from './tunnel/busy-ports.ts';
import { tunnelMtu } from './tunnel/underlay.ts';

it.each([
  ['an answer', '10.0.16.1 272 7', { address: '10.0.16.1', rttMs: 0.272, probe: 7 }],
  ['an answer of some size', '10.0.16.1 272 7 1420', { address: '10.0.16.1', rttMs: 0.272, probe: 7, size: 1420 }],
  ['a name', 'n1 272', undefined],
  ['half a line', '10.0.16.1 272', undefined],
])('reads the prober: %s', (_, line, expected) => {
  expect(parseProbeLine(line)).toEqual(expected);
});

it('reads the ports in use', () => {
  const table =
    '  sl  local_address rem_address   st\n 2048: 00000000:CA6C 00000000:0000 07 0\n 3471: 00000000000000000000000000000000:CA6D 0:0000 07\n';
  expect(parseUdpTable(table)).toEqual([51820, 51821]);
});

it.each([
  ['the interface with the node’s address', ['192.0.2.1'], 8920],
  ['no interface of ours', ['198.51.100.1'], 1420],
  ['the smaller of two', ['192.0.2.1', '203.0.113.1'], 1320],
])('derives the MTU from %s', async (_, addresses, expected) => {
  const links = [
    { ifname: 'eth0', mtu: 9000, addr_info: [{ local: '192.0.2.1' }] },
    { ifname: 'ppp0', mtu: 1400, addr_info: [{ local: '203.0.113.1' }] },
  ];
  const run = async () => ({ code: 0, stdout: JSON.stringify(links), stderr: '' });
  expect(await tunnelMtu(run, [], addresses, new AbortController().signal)).toBe(expected);
});
