import { expect, test } from 'vitest';
import { droppingRules } from './dropping-rules.ts';

const traffic = { ports: [51_820], addresses: ['198.18.2.11', '198.18.3.11'] };
const match = (protocol: string, field: string, right: unknown, op = '==') => ({
  match: { op, left: { payload: { protocol, field } }, right },
});
const drop = { drop: null };
const rule = (...expr: readonly unknown[]) =>
  JSON.stringify({
    nftables: [{ metainfo: {} }, { rule: { family: 'inet', table: 'filter', chain: 'input', handle: 4, expr } }],
  });

test.each([
  ['the port of tunnels', [match('udp', 'dport', 51_820), drop]],
  ['a range with it', [match('udp', 'dport', { range: [51_800, 51_900] }), { counter: {} }, drop]],
  ['a set with it', [match('udp', 'dport', { set: [53, 51_820] }), { reject: {} }]],
  ['all ports but others', [match('udp', 'dport', 53, '!='), drop]],
  ['a peer', [match('ip', 'saddr', '198.18.3.11'), drop]],
  ['the network of a peer', [match('ip', 'daddr', { prefix: { addr: '198.18.3.0', len: 24 } }), match('ip', 'protocol', 'udp'), drop]],
  ['all of UDP', [{ match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'udp' } }, drop]],
])('a rule that drops %s is one', (_what, expr) => {
  expect(droppingRules(rule(...expr), traffic)).toMatchObject([{ family: 'inet', table: 'filter', chain: 'input', handle: 4 }]);
});

test.each([
  ['accepts the port', [match('udp', 'dport', 51_820), { accept: null }]],
  ['drops another port', [match('udp', 'dport', 53), drop]],
  ['drops TCP of that number', [match('tcp', 'dport', 51_820), drop]],
  ['drops others', [match('ip', 'saddr', { prefix: { addr: '10.0.0.0', len: 8 } }), drop]],
  [
    'looks at something that we cannot judge',
    [match('udp', 'dport', 51_820), { match: { op: '==', left: { meta: { key: 'mark' } }, right: 1 } }, drop],
  ],
  ['has no match: the end of a chain that others lead to', [drop]],
])('a rule that %s is none', (_what, expr) => {
  expect(droppingRules(rule(...expr), traffic)).toEqual([]);
});

test('the rule is told in words, and what is no list of rules has none', () => {
  expect(droppingRules(rule(match('udp', 'dport', 51_820), drop), traffic)[0]?.text).toBe('udp dport 51820 drop');
  for (const text of ['', 'null', '{}', '{"nftables":1}', '{"nftables":[null,{"rule":7}]}'])
    expect(droppingRules(text, traffic)).toEqual([]);
});
