import { expect, it } from 'vitest';
import { activeConflist, withoutPlugin, withPlugin } from './conflist.ts';

const list = (...types: string[]): string =>
  JSON.stringify({ cniVersion: '1.0.0', name: 'net', plugins: types.map((type) => ({ type, keep: { me: 1 } })) });

it.each([
  [['20-b.conflist', '10-a.conflist', '.10-a.conflist.new', 'README'], '10-a.conflist'],
  [['05-old.conf', '10-a.conflist'], undefined],
  [[], undefined],
])('finds the configuration that the runtime uses among %j', (names, expected) => {
  expect(activeConflist(names)).toBe(expected);
});

it('adds the plugin at the end once, and takes it out again without a trace', () => {
  const before = list('bridge', 'portmap');
  const added = withPlugin(before);
  expect(JSON.parse(added ?? '')).toEqual({ ...JSON.parse(before), plugins: [...JSON.parse(before).plugins, { type: 'kubeslice' }] });
  expect(withPlugin(added ?? '')).toBeUndefined();
  expect(JSON.parse(withoutPlugin(added ?? '') ?? '')).toEqual(JSON.parse(before));
  expect(withoutPlugin(before)).toBeUndefined();
});

it.each(['', '{', '[]', '{"type":"bridge"}', '{"plugins":[]}', '{"plugins":7}', 'null'])(
  'leaves alone what is no configuration list: %j',
  (text) => {
    expect(withPlugin(text)).toBeUndefined();
    expect(withoutPlugin(text)).toBeUndefined();
  },
);
