import { describe, expect, it } from 'vitest';
import type { Condition } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { failingExportsOf, mayBeReported, onItsWayMs } from './failing-exports.ts';

const at = '2026-01-01T00:00:00Z';
const now = Date.parse(at) + onItsWayMs;
const condition = (type: string, status: Condition['status'], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${reason}.`,
  lastTransitionTime: at,
  observedGeneration: 1,
});
const exported = (name: string, exportStatus: 'ERROR' | 'PENDING' | 'READY', ...conditions: Condition[]): ServiceExport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name, namespace: 'app-ns', generation: 1 },
  spec: { slice: 'app' },
  status: { exportStatus, conditions },
});
const ready = condition('Ready', 'True', 'Exported');
const unready = (reason: string) => condition('Ready', 'False', reason);
const reported = (one: ServiceExport, time = now, slice: 'present' | 'absent' = 'present') => failingExportsOf([one], time, slice).list;

describe('the exports that are reported', () => {
  it.each<[string, ServiceExport, readonly string[]]>([
    ['works', exported('a', 'READY', ready), []],
    ['has no pods', exported('a', 'PENDING', unready('NoMatchingPods')), ['NoMatchingPods']],
    ['is wrong', exported('a', 'ERROR', unready('ServiceNotFound')), ['ServiceNotFound']],
    ['names a slice that is about to be granted', exported('a', 'ERROR', unready('SliceNotFound')), []],
    ['loses a conflict', exported('a', 'READY', ready, condition('Conflict', 'True', 'ExportConflict')), ['ExportConflict works']],
    ['wins a conflict', exported('a', 'READY', ready, condition('Conflict', 'True', 'ExportContradicted')), ['ExportContradicted works']],
    ['was in a conflict', exported('a', 'READY', ready, condition('Conflict', 'False', 'Exported')), []],
    [
      'has too many endpoints',
      exported('a', 'READY', ready, condition('EndpointsOmitted', 'True', 'TooManyEndpoints')),
      ['TooManyEndpoints works'],
    ],
    ['was not judged yet', { ...exported('a', 'READY'), status: undefined } as unknown as ServiceExport, []],
  ])('one that %s', (_, one, expected) => {
    expect(reported(one).map(({ reason, works }) => `${reason}${works === true ? ' works' : ''}`)).toEqual(expected);
    expect(mayBeReported(one)).toBe(expected.length > 0 || one.status?.conditions?.[0]?.reason === 'SliceNotFound');
  });

  it('say since when, and only what their owner wrote last', () => {
    const one = exported('a', 'PENDING', unready('NoMatchingPods'));
    expect(reported(one)).toEqual([
      { namespace: 'app-ns', name: 'a', reason: 'NoMatchingPods', message: 'NoMatchingPods.', since: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(reported({ ...one, metadata: { ...one.metadata, generation: 2 } })).toEqual([]);
  });

  it('are not on their way only: pods that start cost no report, a mistake does at once', () => {
    const waiting = exported('a', 'PENDING', unready('EndpointsNotReady'));
    expect(failingExportsOf([waiting], now - 1000)).toEqual({ list: [], count: 0, dueMs: 1000 });
    expect(failingExportsOf([waiting], now)).toMatchObject({ count: 1, dueMs: undefined });
    // A clock that was set back must not put it off for ever.
    expect(failingExportsOf([waiting], 0).dueMs).toBe(onItsWayMs);
    expect(reported(exported('a', 'ERROR', unready('ServiceNotFound')), now - 5000)).toHaveLength(1);
  });

  it('of a slice that is not there are those whose slice is not found', () => {
    expect(reported(exported('a', 'ERROR', unready('SliceNotFound')), now, 'absent')).toMatchObject([{ reason: 'SliceNotFound' }]);
    expect(reported(exported('a', 'ERROR', unready('ServiceNotFound')), now, 'absent')).toEqual([]);
  });

  it('are bounded and counted, those first that do not work', () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      exported(`e${String(index).padStart(2, '0')}`, 'READY', ready, condition('EndpointsOmitted', 'True', 'TooManyEndpoints')),
    );
    const { list, count } = failingExportsOf([...many, exported('z', 'PENDING', unready('NoMatchingPods'))], now);
    expect([list.length, count, list[0]?.name, list[1]?.name]).toEqual([50, 61, 'z', 'e00']);
  });
});
