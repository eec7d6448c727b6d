import { expect, it } from 'vitest';
import { callersIn, flowsIn } from './recorded-flows.ts';

const listing = (...elem: object[]): string =>
  JSON.stringify({
    nftables: [{ metainfo: { version: '1.0.6' } }, { set: { name: 's', timeout: 900, ...(elem.length === 0 ? {} : { elem }) } }],
  });
const element = (val: unknown, expires: number, packets: number) => ({ elem: { val, expires, counter: { packets, bytes: 60 * packets } } });

it('reads flows with their port from the mark, their packets and their age', () => {
  const json = listing(
    element({ concat: ['10.0.0.2', '10.0.1.2', 'tcp', 0x1_0000 + 8085] }, 895, 4),
    element({ concat: ['10.0.0.2', '10.0.1.2', 'icmp', 0x1_0000] }, 900, 1),
  );
  expect(flowsIn(json)).toEqual([
    { source: '10.0.0.2', destination: '10.0.1.2', protocol: 'TCP', port: 8085, packets: 4, age: 5 },
    { source: '10.0.0.2', destination: '10.0.1.2', protocol: 'Other', port: 0, packets: 1, age: 0 },
  ]);
});

it('reads flows of a set with ports, and of one without', () => {
  expect(flowsIn(listing(element({ concat: ['10.0.0.2', '10.0.1.2', 'udp', 53] }, 900, 1)))).toMatchObject([{ protocol: 'UDP', port: 53 }]);
  expect(flowsIn(listing(element({ concat: ['10.0.0.2', '10.0.1.2', 'gre'] }, 900, 1)))).toMatchObject([{ protocol: 'Other', port: 0 }]);
});

it('reads protocols as numbers, which nft lists where there is no /etc/protocols, as in the image of agents', () => {
  const protocolOf = (number: number) => flowsIn(listing(element({ concat: ['10.0.0.2', '10.0.1.2', number, 80] }, 900, 1)))[0];
  expect([6, 17, 132].map((number) => protocolOf(number)?.protocol)).toEqual(['TCP', 'UDP', 'SCTP']);
  expect([protocolOf(6)?.port, protocolOf(47)?.protocol]).toEqual([80, 'Other']);
});

it('reads callers, and nothing from an empty set', () => {
  expect(callersIn(listing(element('10.0.0.2', 890, 7)))).toEqual([{ source: '10.0.0.2', packets: 7, age: 10 }]);
  expect(flowsIn(listing())).toEqual([]);
});
