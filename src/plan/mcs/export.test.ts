import { describe, expect, it } from 'vitest';
import type { McsServiceExport } from '../../api/mcs/type.ts';
import type { ServiceExport, ServiceExportStatus } from '../../api/serviceexport/type.ts';
import { derivedExport } from './derived-export.ts';
import { planMcsExport } from './export.ts';

const exported: McsServiceExport = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation: 1 },
};
const ready = (status: 'True' | 'False', reason: string, message = 'why') => ({
  type: 'Ready',
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
});
const derived = (status?: ServiceExportStatus): ServiceExport => ({
  ...derivedExport(exported, 'app'),
  ...(status === undefined ? {} : { status }),
});
const byHand = (status?: ServiceExportStatus): ServiceExport => {
  const { metadata, ...rest } = derived(status);
  return { ...rest, metadata: { name: metadata.name, namespace: 'shop' } };
};
const offered = { dnsName: 'web.shop.svc.slice.local', conditions: [ready('True', 'Exported', '1 ready.')] };

const planned = (own: ServiceExport | undefined, more: { slice?: string | undefined; exported?: McsServiceExport | undefined } = {}) => {
  const { wanted, removes, conditions } = planMcsExport({ exported, own, slice: 'app', ...more }, 0);
  const shown = conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  return { action: removes ? 'remove' : wanted === undefined ? 'none' : 'apply', shown };
};

describe('an export of the Multi-Cluster Services API', () => {
  it.each<[string, ReturnType<typeof planned>, string, string[] | undefined]>([
    ['that is new', planned(undefined), 'apply', ['Ready Unknown Pending', 'Valid Unknown Pending']],
    ['that is offered', planned(derived(offered)), 'apply', ['Conflict False NoConflicts', 'Ready True Exported', 'Valid True Valid']],
    [
      'that is offered without ready pods',
      planned(derived({ ...offered, conditions: [ready('False', 'NoMatchingPods')] })),
      'apply',
      ['Conflict False NoConflicts', 'Ready True Exported', 'Valid True Valid'],
    ],
    [
      'without a Service',
      planned(derived({ conditions: [ready('False', 'ServiceNotFound')] })),
      'apply',
      ['Conflict False NoConflicts', 'Ready False Pending', 'Valid False NoService'],
    ],
    [
      'of an ExternalName',
      planned(derived({ conditions: [ready('False', 'ServiceIsExternalName')] })),
      'apply',
      ['Conflict False NoConflicts', 'Ready False Failed', 'Valid False InvalidServiceType'],
    ],
    [
      'that cannot be offered',
      planned(derived({ conditions: [ready('False', 'DuplicatePorts')] })),
      'apply',
      ['Conflict False NoConflicts', 'Ready False Failed', 'Valid True Valid'],
    ],
    [
      'that loses all of its ports',
      planned(
        derived({
          ...offered,
          conditions: [ready('False', 'ExportConflict')],
          conflicts: [
            { cluster: 'west', property: 'Type' },
            { cluster: 'north', property: 'Ports' },
          ],
        }),
      ),
      'apply',
      ['Conflict True PortConflict,TypeConflict', 'Ready False Failed', 'Valid True Valid'],
    ],
    [
      'beside one written by hand',
      planned(byHand(offered)),
      'none',
      ['Conflict False NoConflicts', 'Ready True Exported', 'Valid True Valid'],
    ],
    [
      'in a namespace of no slice',
      planned(derived(offered), { slice: undefined }),
      'remove',
      ['Ready False NamespaceNotInSlice', 'Valid Unknown NamespaceNotInSlice'],
    ],
    [
      'beside one written by hand in a namespace of no slice',
      planned(byHand(), { slice: undefined }),
      'none',
      ['Ready False NamespaceNotInSlice', 'Valid Unknown NamespaceNotInSlice'],
    ],
    [
      'whose namespace moved to another slice',
      planned(derived(offered), { slice: 'other' }),
      'apply',
      ['Ready Unknown Pending', 'Valid Unknown Pending'],
    ],
    [
      'with a name that no Service can have',
      planned(undefined, { exported: { ...exported, metadata: { ...exported.metadata, name: 'web.v2' } } }),
      'none',
      ['Ready False Failed', 'Valid False NoService'],
    ],
    [
      'that is being deleted',
      planned(derived(offered), {
        exported: { ...exported, metadata: { ...exported.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      }),
      'remove',
      undefined,
    ],
    ['that does not exist', planned(derived(offered), { exported: undefined }), 'remove', undefined],
    ['that does not exist, beside one written by hand', planned(byHand(offered), { exported: undefined }), 'none', undefined],
  ])('%s', (_, { action, shown }, expectedAction, expected) => {
    expect([action, shown]).toEqual([expectedAction, expected]);
  });

  it('exports labels and annotations, and names those that it cannot', () => {
    const labelled = { ...exported, spec: { exportedLabels: { a: 'b', 'kubeslice.io/slice': 'x', c: 'not one word' } } };
    const { conditions, wanted } = planMcsExport({ exported: labelled, own: derived(offered), slice: 'app' }, 0);
    expect(wanted?.spec.exportedLabels).toEqual(labelled.spec.exportedLabels);
    expect(conditions?.find(({ type }) => type === 'Ready')?.message).toBe(
      'Not exported: spec.exportedLabels "c" (invalid), spec.exportedLabels "kubeslice.io/slice" (reserved). Exported to slice app. 1 ready.',
    );
  });

  it('changes nothing when it is planned again, and keeps conditions of others out of its own', () => {
    const first = planMcsExport({ exported, own: derived(offered), slice: 'app' }, 0).conditions ?? [];
    const theirs = { ...ready('True', 'Theirs'), type: 'Theirs' };
    const seen = { ...exported, status: { conditions: [...first, theirs] } };
    expect(planMcsExport({ exported: seen, own: derived(offered), slice: 'app' }, 9_000).conditions).toEqual(first);
  });
});
