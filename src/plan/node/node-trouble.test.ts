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
    expect(nodeTrouble(conditions, narrow, 1420, undefined)?.reason).toBe(reason);
  });

  const hours = (count: number): number => count * 3_600_000;
  test.each([
    ['is there', 6, undefined],
    ['is there for a little more than three hours', 3.1, undefined],
    ['was not renewed', 2.9, /ends at 2026-01-01T02:54:00.000Z and was not renewed/],
    ['has ended', -1, /ended at 2025-12-31T23:00:00.000Z/],
  ] as const)('whose certificate %s', (_what, left, message) => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const trouble = nodeTrouble(well, [], 1420, { notAfter: now + hours(left), now });
    if (message === undefined) expect(trouble).toBeUndefined();
    else expect(trouble).toMatchObject({ reason: 'CertificateExpiring', message: expect.stringMatching(message) });
  });
});

test('a condition comes with the first trouble, and stays to say that it is over', () => {
  const trouble = nodeTrouble(well, ['east'], 1420, undefined);
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
