import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { serviceExportKind, serviceImportKind, sliceKind } from '../../src/api/kinds.ts';
import { mcsCrdOf, mcsKinds } from '../../src/api/mcs/definitions.ts';
import { type McsVersion, mcsServiceExportKind, mcsServiceImportKind } from '../../src/api/mcs/kinds.ts';
import type { McsServiceExport } from '../../src/api/mcs/type.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind, type Service, serviceKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, endExample, endpoints, everybodySpeaks, fleet, runPod, slice, wait, west } from './example.ts';
import type { Member } from './fleet.ts';

/*
 * Kubernetes' own Multi-Cluster Services objects (KEP-1645) in two clusters, through the real exchange.
 */

const place = { namespace: 'app-ns', name: 'web' };

/** Serves the two kinds in a member, in some versions. */
const define = (member: Member, versions: readonly McsVersion[] = ['v1alpha1', 'v1beta1']): void => {
  for (const kind of mcsKinds) {
    const definition = mcsCrdOf(kind) as CustomResourceDefinition;
    const served = definition.spec.versions.map((each) => ({ ...each, served: versions.includes(each.name as McsVersion) }));
    member.api.put(customResourceDefinitionKind, { ...definition, spec: { ...definition.spec, versions: served } });
  }
};
const undefine = (member: Member): void => {
  for (const { metadata } of member.api.objects(customResourceDefinitionKind)) member.api.remove(customResourceDefinitionKind, metadata);
};
const serve = (member: Member, spec: Service['spec'] = {}): void => {
  member.api.put(serviceKind, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: place,
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
  });
};
const publish = (member: Member, version: McsVersion = 'v1beta1', namespace = 'app-ns'): McsServiceExport =>
  member.api.put(mcsServiceExportKind(version), { apiVersion: '', kind: '', metadata: { ...place, namespace } });
const statusOf = (member: Member, version: McsVersion = 'v1beta1', namespace = 'app-ns') =>
  Object.fromEntries(
    (member.api.read(mcsServiceExportKind(version), { ...place, namespace })?.status?.conditions ?? []).map(({ type, status, reason }) => [
      type,
      `${status} ${reason}`,
    ]),
  );
const messageOf = (member: Member, type: string) =>
  conditionOf(member.api.read(mcsServiceExportKind('v1beta1'), place)?.status?.conditions, type)?.message;
const ownExport = (member: Member) => member.api.read(serviceExportKind, place);
const imported = (member: Member, version: McsVersion = 'v1beta1') => member.api.read(mcsServiceImportKind(version), place);
const never = (check: () => void): Promise<void> => expect(vi.waitFor(check, 500)).rejects.toThrow();

const exported = { Valid: 'True Valid', Ready: 'True Exported', Conflict: 'False NoConflicts' };

beforeEach(beginExample);
afterEach(endExample);

describe('an export of the Multi-Cluster Services API', () => {
  it('is imported in every cluster that has the kinds, and gone when it is deleted', async () => {
    for (const member of [east, west]) define(member);
    await everybodySpeaks();
    runPod(east, 'a');
    serve(east, { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } });
    const { metadata } = publish(east);
    for (const member of [east, west]) {
      await vi.waitFor(() => {
        expect(imported(member)?.spec).toEqual({
          type: 'ClusterSetIP',
          ips: [expect.stringMatching(/^10\.0\.2[45]\d\./)],
          ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
          sessionAffinity: 'ClientIP',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
        });
        expect(imported(member)?.status).toMatchObject({
          clusters: [{ cluster: 'east' }],
          endpointSliceObjects: 'Present',
          conditions: [{ type: 'Ready', status: 'True', reason: 'Ready' }],
        });
      }, wait);
    }
    expect(endpoints(west)).toHaveLength(1);
    expect(ownExport(east)).toMatchObject({
      metadata: {
        annotations: { 'kubeslice.io/export-created': metadata.creationTimestamp },
        ownerReferences: [{ apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', name: 'web', uid: metadata.uid }],
      },
      spec: { slice: 'app' },
    });
    await vi.waitFor(() => expect(statusOf(east)).toEqual(exported), wait);
    east.api.remove(mcsServiceExportKind('v1beta1'), place);
    await vi.waitFor(() => {
      expect([ownExport(east), imported(east), imported(west), west.api.read(serviceImportKind, place)]).toEqual(Array(4).fill(undefined));
      expect(endpoints(west)).toEqual([]);
    }, wait);
  });

  it('may come before its Service, its slice and its pods, in any version that is served', async () => {
    fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
    define(east, ['v1alpha1']);
    publish(east, 'v1alpha1');
    await vi.waitFor(
      () => expect(statusOf(east, 'v1alpha1')).toEqual({ Valid: 'Unknown NamespaceNotInSlice', Ready: 'False NamespaceNotInSlice' }),
      wait,
    );
    expect(ownExport(east)).toBeUndefined();
    fleet.hub.put(sliceKind, { ...slice, metadata: { ...slice.metadata, uid: 'slice-uid-2' } });
    await vi.waitFor(() => expect(statusOf(east, 'v1alpha1')).toMatchObject({ Valid: 'False NoService', Ready: 'False Pending' }), wait);
    serve(east);
    await vi.waitFor(() => expect(statusOf(east, 'v1alpha1')).toEqual(exported), wait);
    await vi.waitFor(
      () => expect(imported(east, 'v1alpha1')?.status?.conditions).toMatchObject([{ status: 'False', reason: 'Pending' }]),
      wait,
    );
    await everybodySpeaks();
    runPod(east, 'a');
    await vi.waitFor(() => expect(imported(east, 'v1alpha1')?.status?.conditions).toMatchObject([{ status: 'True' }]), wait);
  });

  it('of a headless Service is Headless, and of an ExternalName is refused', async () => {
    define(east);
    serve(east, { clusterIP: 'None' });
    publish(east);
    await vi.waitFor(() => expect(imported(east)?.spec?.type).toBe('Headless'), wait);
    east.api.put(serviceKind, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: place,
      spec: { type: 'ExternalName', ports: [{ port: 80 }] },
    });
    await vi.waitFor(() => {
      expect(statusOf(east)).toMatchObject({ Valid: 'False InvalidServiceType', Ready: 'False Failed' });
      expect(imported(east)).toBeUndefined();
    }, wait);
  });

  it('yields to a ServiceExport that somebody wrote, and reports it', async () => {
    define(east);
    serve(east);
    east.api.put(serviceExportKind, {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'ServiceExport',
      metadata: place,
      spec: { slice: 'app', ports: [{ containerPort: 9090 }] },
    });
    publish(east);
    await vi.waitFor(() => expect(messageOf(east, 'Ready')).toContain('app-ns/web of KubeSlice was written by hand'), wait);
    expect(ownExport(east)).toMatchObject({ spec: { ports: [{ containerPort: 9090 }] } });
    expect(ownExport(east)?.metadata.ownerReferences).toBeUndefined();
    east.api.remove(mcsServiceExportKind('v1beta1'), place);
    await never(() => expect(ownExport(east)).toBeUndefined());
    publish(east);
    east.api.remove(serviceExportKind, place);
    await vi.waitFor(() => expect(ownExport(east)?.metadata.ownerReferences).toHaveLength(1), wait);
    await vi.waitFor(() => expect(messageOf(east, 'Ready')).not.toContain('by hand'), wait);
  });

  it('conflicts with an older one in another cluster, on both sides, until the cause goes', async () => {
    for (const member of [east, west]) define(member);
    await everybodySpeaks();
    serve(west);
    publish(west);
    await vi.waitFor(() => expect(imported(east)?.status?.clusters).toEqual([{ cluster: 'west' }]), wait);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    serve(east, { sessionAffinity: 'ClientIP', ports: [{ name: 'http', port: 81, targetPort: 8080 }] });
    publish(east);
    for (const member of [east, west])
      await vi.waitFor(() => expect(statusOf(member)['Conflict']).toBe('True PortConflict,SessionAffinityConflict'), wait);
    expect(statusOf(east)['Ready']).toBe('True Exported');
    for (const member of [east, west])
      await vi.waitFor(() => {
        expect(imported(member)?.spec?.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 80 }]);
        expect(imported(member)?.status?.clusters).toEqual([{ cluster: 'east' }, { cluster: 'west' }]);
      }, wait);
    serve(east, {
      sessionAffinity: 'ClientIP',
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'more', port: 90 },
      ],
    });
    for (const member of [east, west])
      await vi.waitFor(() => expect(statusOf(member)['Conflict']).toBe('True SessionAffinityConflict'), wait);
    for (const member of [east, west]) {
      await vi.waitFor(() => {
        expect(imported(member)?.spec?.ports.map(({ port }) => port)).toEqual([80, 90]);
        expect(imported(member)?.spec?.sessionAffinity).toBe('None');
        expect(imported(member)?.status?.clusters).toEqual([{ cluster: 'east' }, { cluster: 'west' }]);
      }, wait);
    }
    serve(east);
    for (const member of [east, west]) await vi.waitFor(() => expect(statusOf(member)).toEqual(exported), wait);
  });

  it('gives its labels and annotations to imports, those of the oldest one where they differ, and none of the Service', async () => {
    for (const member of [east, west]) define(member);
    await everybodySpeaks();
    const give = (member: Member, exportedLabels: Record<string, string>, exportedAnnotations: Record<string, string>) =>
      member.api.put(mcsServiceExportKind('v1beta1'), {
        apiVersion: '',
        kind: '',
        metadata: { ...place, labels: { own: 'yes' } },
        spec: { exportedLabels, exportedAnnotations },
      });
    const metadataOf = (member: Member) => [imported(member)?.metadata.labels, imported(member)?.metadata.annotations];
    const ours = { 'app.kubernetes.io/managed-by': 'kubeslice', 'kubeslice.io/slice': 'app' };
    serve(west);
    const { metadata } = give(west, { team: 'a', 'kubeslice.io/slice': 'other' }, { note: 'two\nlines' });
    for (const member of [east, west])
      await vi.waitFor(() => expect(metadataOf(member)).toEqual([{ ...ours, team: 'a' }, { note: 'two\nlines' }]), wait);
    await vi.waitFor(() => expect(messageOf(west, 'Ready')).toContain('"kubeslice.io/slice" (reserved)'), wait);
    // Ages are in whole seconds.
    await vi.waitFor(() => expect(Date.now() - Date.parse(metadata.creationTimestamp ?? '')).toBeGreaterThan(1_100), wait);
    serve(east);
    give(east, { team: 'b' }, {});
    for (const member of [east, west])
      await vi.waitFor(() => expect(statusOf(member)['Conflict']).toBe('True AnnotationsConflict,LabelsConflict'), wait);
    expect(metadataOf(east)).toEqual([{ ...ours, team: 'a' }, { note: 'two\nlines' }]);
    west.api.remove(mcsServiceExportKind('v1beta1'), place);
    for (const member of [east, west])
      await vi.waitFor(() => expect(metadataOf(member)).toEqual([{ ...ours, team: 'b' }, undefined]), wait);
  });

  it('gives the traffic policies of its Service to imports, those of the oldest one where they differ', async () => {
    for (const member of [east, west]) define(member);
    await everybodySpeaks();
    serve(west, { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' });
    const { metadata } = publish(west);
    const policies = (member: Member) => {
      const { internalTrafficPolicy, trafficDistribution } = imported(member)?.spec ?? {};
      return { internalTrafficPolicy, trafficDistribution };
    };
    const ofWest = { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' };
    for (const member of [east, west]) await vi.waitFor(() => expect(policies(member)).toEqual(ofWest), wait);
    // Ages are in whole seconds.
    await vi.waitFor(() => expect(Date.now() - Date.parse(metadata.creationTimestamp ?? '')).toBeGreaterThan(1_100), wait);
    serve(east, { internalTrafficPolicy: 'Cluster' });
    publish(east);
    for (const member of [east, west])
      await vi.waitFor(
        () => expect(statusOf(member)['Conflict']).toBe('True InternalTrafficPolicyConflict,TrafficDistributionConflict'),
        wait,
      );
    for (const member of [east, west]) expect(policies(member)).toEqual(ofWest);
    west.api.remove(mcsServiceExportKind('v1beta1'), place);
    for (const member of [east, west])
      await vi.waitFor(() => expect(policies(member)).toEqual({ internalTrafficPolicy: undefined, trafficDistribution: undefined }), wait);
  });

  it('that is headless beside an older one that is not, has the type of the older one until that is gone', async () => {
    for (const member of [east, west]) define(member);
    await everybodySpeaks();
    serve(west);
    const { metadata } = publish(west);
    // Ages are in whole seconds.
    await vi.waitFor(() => expect(Date.now() - Date.parse(metadata.creationTimestamp ?? '')).toBeGreaterThan(1_100), wait);
    runPod(east, 'a');
    serve(east, { clusterIP: 'None' });
    publish(east);
    for (const member of [east, west]) {
      await vi.waitFor(() => expect(statusOf(member)['Conflict']).toBe('True TypeConflict'), wait);
      await vi.waitFor(() => {
        expect(imported(member)?.spec?.type).toBe('ClusterSetIP');
        expect(imported(member)?.spec?.ips).toHaveLength(1);
        expect(imported(member)?.status?.clusters).toEqual([{ cluster: 'east' }, { cluster: 'west' }]);
        expect(endpoints(member)).toHaveLength(1);
      }, wait);
    }
    // An import exists as long as one cluster exports the service.
    west.api.remove(mcsServiceExportKind('v1beta1'), place);
    for (const member of [east, west])
      await vi.waitFor(() => {
        expect(imported(member)?.spec?.type).toBe('Headless');
        expect(imported(member)?.spec?.ips).toBeUndefined();
      }, wait);
    await vi.waitFor(() => expect(statusOf(east)).toEqual(exported), wait);
    east.api.remove(mcsServiceExportKind('v1beta1'), place);
    for (const member of [east, west]) await vi.waitFor(() => expect(imported(member)).toBeUndefined(), wait);
  });

  it('reports on no object whose conditions another implementation writes', async () => {
    define(east);
    serve(east);
    const condition = { status: 'True', reason: 'TheirReason', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' } as const;
    east.api.put(mcsServiceExportKind('v1beta1'), {
      apiVersion: '',
      kind: '',
      metadata: place,
      status: { conditions: [{ type: 'Valid', ...condition }] },
    });
    await vi.waitFor(() => expect(ownExport(east)?.status?.exportStatus).toBe('PENDING'), wait);
    await never(() => expect(statusOf(east)).not.toEqual({ Valid: 'True TheirReason' }));
  });
});

describe('an import of the Multi-Cluster Services API', () => {
  it('that another implementation wrote stays as it is', async () => {
    define(east);
    const theirs = east.api.put(mcsServiceImportKind('v1beta1'), {
      apiVersion: '',
      kind: '',
      metadata: place,
      spec: { type: 'ClusterSetIP', ports: [{ port: 1 }] },
    });
    serve(east);
    publish(east);
    await vi.waitFor(() => expect(statusOf(east)).toEqual(exported), wait);
    await never(() => expect(imported(east)).not.toEqual(theirs));
    east.api.remove(mcsServiceExportKind('v1beta1'), place);
    await vi.waitFor(() => expect(east.api.read(serviceImportKind, place)).toBeUndefined(), wait);
    expect(imported(east)).toEqual(theirs);
  });

  it('is written again when somebody changes or deletes it', async () => {
    define(east);
    serve(east);
    publish(east);
    await vi.waitFor(() => expect(imported(east)?.spec?.type).toBe('ClusterSetIP'), wait);
    const before = imported(east);
    if (before === undefined) throw new Error('no import');
    east.api.put(mcsServiceImportKind('v1beta1'), { ...before, spec: { type: 'Headless', ports: [] } });
    await vi.waitFor(() => expect(imported(east)?.spec).toEqual(before.spec), wait);
    east.api.remove(mcsServiceImportKind('v1beta1'), place);
    await vi.waitFor(() => expect(imported(east)?.spec).toEqual(before.spec), wait);
  });
});

describe('definitions of the Multi-Cluster Services API', () => {
  it('are taken up when they appear, let go when they disappear, and taken up again, without a restart', async () => {
    serve(east);
    publish(east);
    await never(() => expect(ownExport(east)).toBeDefined());
    define(east);
    await vi.waitFor(() => expect(statusOf(east)).toEqual(exported), wait);
    await vi.waitFor(() => expect(imported(east)).toBeDefined(), wait);
    undefine(east);
    await vi.waitFor(() => expect(ownExport(east)).toBeUndefined(), wait);
    define(east, ['v1alpha1']);
    publish(east, 'v1alpha1');
    await vi.waitFor(() => expect(statusOf(east, 'v1alpha1')).toEqual(exported), wait);
    await vi.waitFor(() => expect(imported(east, 'v1alpha1')).toBeDefined(), wait);
  });
});
