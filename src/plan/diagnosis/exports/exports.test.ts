import { describe, expect, test } from 'vitest';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { ClusterView } from '../cluster-view.ts';
import { diagnose } from '../diagnose.ts';
import { pod, sickPod, healthyMember as well } from '../diagnosis.fixtures.ts';

const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  type,
  status,
  reason,
  message: 'Evidence.',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

describe('an export', () => {
  const exported = (reason: string, change: Partial<ServiceExport['spec']> = {}): ServiceExport => ({
    apiVersion: '',
    kind: 'ServiceExport',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { slice: 'app', ...change },
    status: { conditions: [condition('Ready', 'False', reason)] },
  });
  const service = (selector: Record<string, string>, targetPort: string | number = 'http') => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { selector, ports: [{ port: 80, targetPort }] },
  });
  const deployment = (replicas: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'web' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } },
    },
  });
  const remedyOf = (view: Partial<ClusterView>): string | undefined => diagnose({ ...well, ...view })[0]?.remedy;

  test.each([
    [
      'whose pods were scaled to 0',
      { exports: [exported('NoMatchingPods')], services: [service({ app: 'web' })], applicationDeployments: [deployment(0)] },
      'kubectl --context east -n shop scale deployment/web --replicas=1',
    ],
    [
      'with a selector that is nearly right',
      {
        exports: [exported('NoMatchingPods')],
        services: [service({ app: 'webb' })],
        applicationPods: [pod('shop', 'web-1', { app: 'web', 'pod-template-hash': 'x' })],
      },
      `kubectl --context east -n shop patch service web --type merge -p '{"spec":{"selector":{"app":"web"}}}'`,
    ],
    [
      'with a selector that is like nothing',
      {
        exports: [exported('NoMatchingPods')],
        services: [service({ tier: 'front' })],
        applicationPods: [pod('shop', 'db-1', { app: 'db' })],
      },
      'kubectl --context east -n shop get pods --show-labels',
    ],
    [
      'whose pods are not Ready',
      {
        exports: [exported('EndpointsNotReady')],
        services: [service({ app: 'web' })],
        applicationPods: [sickPod('shop', 'web-1', { app: 'web' })],
        applicationDeployments: [deployment(1)],
      },
      'kubectl --context east -n shop rollout undo deployment/web',
    ],
    [
      'whose namespace is not in the slice',
      { exports: [exported('NamespaceNotInSlice')] },
      `kubectl --context hub -n default patch slice app --type merge -p '{"spec":{"namespaceIsolationProfile":{"applicationNamespaces":["shop"]}}}'`,
    ],
    [
      'of a target port that no container has',
      {
        exports: [exported('TargetPortNotFound')],
        services: [service({ app: 'web' }, 'htp')],
        applicationPods: [pod('shop', 'web-1', { app: 'web' })],
      },
      `kubectl --context east -n shop patch service web --type json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"http"}]'`,
    ],
    [
      'of a port on which nobody listens',
      {
        exports: [exported('NothingListens')],
        services: [service({ app: 'web' }, 9999)],
        applicationPods: [pod('shop', 'web-1', { app: 'web' })],
      },
      `kubectl --context east -n shop patch service web --type json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"http"}]'`,
    ],
    [
      'of a port that the pod declares and on which nobody listens',
      {
        exports: [exported('NothingListens')],
        services: [service({ app: 'web' })],
        applicationPods: [pod('shop', 'web-1', { app: 'web' })],
      },
      'kubectl --context east -n shop describe service web',
    ],
    [
      'to a slice that is misspelt',
      { exports: [exported('SliceNotFound', { slice: 'ap' })] },
      `kubectl --context east -n shop patch serviceexport.networking.kubeslice.io web --type merge -p '{"spec":{"slice":"app"}}'`,
    ],
    [
      'that loses a property to an older one',
      {
        exports: [
          {
            ...exported('Exported'),
            status: { conditions: [condition('Ready', 'True', 'Exported'), condition('Conflict', 'True', 'ExportConflict')] },
          },
        ],
      },
      'kubectl --context east -n shop delete serviceexport.networking.kubeslice.io web',
    ],
    [
      'that loses all ports to an older one',
      { exports: [exported('ExportConflict')] },
      'kubectl --context east -n shop delete serviceexport.networking.kubeslice.io web',
    ],
    ['of a service that is not there', { exports: [exported('ServiceNotFound')] }, 'kubectl --context east -n shop get services'],
    [
      'with another reason',
      { exports: [exported('DuplicatePorts')] },
      'kubectl --context east -n shop describe serviceexport.networking.kubeslice.io web',
    ],
  ])('%s comes with the command that mends it', (_what, view, remedy) => {
    expect(remedyOf(view)).toBe(remedy);
  });
});
