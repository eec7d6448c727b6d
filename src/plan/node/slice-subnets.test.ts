import { expect, it } from 'vitest';
import { sliceSubnetsFile } from './slice-subnets.ts';

const a = { subnet: '10.0.0.0/16', namespaces: ['one', 'two'] };
const b = { subnet: '10.1.0.0/16', namespaces: ['two', 'three'] };

it.each([
  ['no slice', [], {}],
  ['one slice', [a], { one: ['10.0.0.0/16'], two: ['10.0.0.0/16'] }],
  ['a namespace that two slices name', [a, b], { one: ['10.0.0.0/16'], three: ['10.1.0.0/16'], two: ['10.0.0.0/16', '10.1.0.0/16'] }],
])('%s', (_, slices, namespaces) => {
  expect(JSON.parse(sliceSubnetsFile(slices))).toEqual({ version: 1, namespaces });
});

it('does not depend on the order', () => {
  expect(sliceSubnetsFile([b, { ...a, namespaces: ['two', 'one'] }])).toBe(sliceSubnetsFile([a, b]));
});
