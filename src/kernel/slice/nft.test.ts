import { expect, it } from 'vitest';
import { baseRules, podElement, routerElement } from './nft.ts';
import { addElements, deleteElements, parseTable } from './nft-table.ts';

const listing = (packets: number, handle: number, policy = 'drop'): string =>
  JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      { table: { family: 'inet', name: 'kubeslice', handle } },
      {
        set: {
          family: 'inet',
          name: 'pods',
          table: 'kubeslice',
          type: ['ifname', 'ipv4_addr'],
          handle,
          elem: [{ concat: ['p1', '10.0.0.5'] }],
        },
      },
      { set: { family: 'inet', name: 'routers', table: 'kubeslice', type: 'ipv4_addr', handle, elem: ['10.0.1.1'] } },
      { chain: { family: 'inet', table: 'kubeslice', name: 'forward', handle, policy } },
      { rule: { chain: 'forward', handle, expr: [{ counter: { packets, bytes: packets * 100 } }] } },
    ],
  });

it('reads pods and routers, and takes rules as the same whatever their handles and counters', () => {
  const table = parseTable(listing(0, 1));
  expect(table.elements).toEqual(new Set([podElement('p1', '10.0.0.5'), routerElement('10.0.1.1')]));
  expect(parseTable(listing(7, 9)).digest).toBe(table.digest);
  expect(parseTable(listing(0, 1, 'accept')).digest).not.toBe(table.digest);
});

it('writes one command for many elements, and none for none', () => {
  expect(addElements('kubeslice', ['pods "p1" . 10.0.0.5', 'pods "p2" . 10.0.0.6'])).toBe(
    'add element inet kubeslice pods { "p1" . 10.0.0.5, "p2" . 10.0.0.6 }\n',
  );
  expect(deleteElements('kubeslice', [])).toBe('');
});

it('opens the port of the relay to routers of peers only, by the tunnel only', () => {
  const rules = baseRules({ interface: 'ks1', router: '10.0.0.1' });
  expect(rules).toContain('iifname "ks1" ip saddr @routers ip daddr 10.0.0.1 tcp dport 9811 accept');
  expect(rules.match(/9811/g)).toHaveLength(2);
  expect(addElements('kubeslice', [routerElement('10.0.1.1')])).toBe('add element inet kubeslice routers { 10.0.1.1 }\n');
});
