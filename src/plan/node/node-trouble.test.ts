import { describe, expect, test } from 'vitest';
import { nodeTrouble, reportsTrouble, troubleVerdicts } from './node-trouble.ts';

const well = { cni: { active: '10-net.conflist', isList: true, chained: true }, disk: { path: '/var/lib/kubeslice', freeBytes: 1e9 } };

describe('a node', () => {
  test.each([
    ['in order', well, [], undefined],
    ['of which nothing could be read', { cni: undefined, disk: undefined }, [], undefined],
    ['whose large packets are lost', well, ['east'], 'PacketsTooLarge'],
    ['with a full disk', { ...well, disk: { path: '/x', freeBytes: 4096 } }, [], 'DiskFull'],
    ['with another file in use', { ...well, cni: { active: '00-x.conf', isList: false, chained: false } }, [], 'CniNotChained'],
    ['without our plugin in the file', { ...well, cni: { active: '10-net.conflist', isList: true, chained: false } }, [], 'CniNotChained'],
    ['without any file', { ...well, cni: { active: undefined, isList: false, chained: false } }, [], 'CniNotChained'],
  ])('%s', (_what, conditions, narrow, reason) => {
    expect(nodeTrouble(conditions, narrow, 1420)?.reason).toBe(reason);
  });
});

test('a condition comes with the first trouble, and stays to say that it is over', () => {
  const trouble = nodeTrouble(well, ['east'], 1420);
  expect(troubleVerdicts(undefined, undefined)).toEqual([]);
  const [verdict] = troubleVerdicts(undefined, trouble);
  expect(verdict).toMatchObject({ type: 'Degraded', status: 'True', reason: 'PacketsTooLarge', message: expect.stringContaining('1420') });
  const before = [{ type: 'Degraded', status: 'True', reason: 'PacketsTooLarge', message: '', lastTransitionTime: '' } as const];
  expect(troubleVerdicts(before, undefined)).toMatchObject([{ type: 'Degraded', status: 'False' }]);
});

test('a node reports its faults in the slices that it is in, and once when it is in none', () => {
  const reported = (slices: Parameters<typeof reportsTrouble>[1]): string[] =>
    slices.flatMap(({ name }) => (reportsTrouble(name, slices) ? [name] : []));
  const idle = (name: string) => ({ name, idle: true as const });
  expect(reported([{ name: 'a' }, idle('b'), { name: 'c' }])).toEqual(['a', 'c']);
  expect(reported([idle('c'), idle('b'), idle('d')])).toEqual(['b']);
  expect(reported([])).toEqual([]);
});
