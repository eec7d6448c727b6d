import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { exported, pod, service } from '../fixtures/worker.ts';
import type { Attachment } from './attachment.ts';
import { type ExportSnapshot, planExport } from './exports.ts';

const addresses: Record<string, Attachment> = {
  'uid-a': { address: '10.0.0.2', node: 'n1' },
  'uid-b': { address: '10.0.0.66', node: 'n2' },
};
const snapshot = (more: Partial<ExportSnapshot> = {}): ExportSnapshot => ({
  exported: exported(),
  namespaces: ['app-ns'],
  service: service(),
  pods: [pod('b'), pod('a')],
  cluster: 'east',
  attachment: ({ metadata }) => addresses[metadata.uid ?? ''],
  ...more,
});
const reasonOf = (seen: ExportSnapshot) => conditionOf(planExport(seen, 0).status.conditions, 'Ready')?.reason;

const onHost = (name: string) => pod(name, true, { spec: { containers: [], hostNetwork: true } });
const excluded = (name: string) =>
  pod(name, true, { metadata: { ...pod(name).metadata, labels: { app: 'web', 'kubeslice.io/exclude': 'true' } } });

describe('an export', () => {
  it('takes selector and ports from the Service of its name, and offers the attached pods in order', () => {
    const { body, status } = planExport(snapshot(), 0);
    expect(body).toEqual({
      namespace: 'app-ns',
      name: 'web',
      created: '1970-01-01T00:00:00.000Z',
      type: 'ClusterSetIP',
      sessionAffinity: 'None',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
      aliases: [],
      endpoints: [
        { pod: 'a', addresses: ['10.0.0.2'], node: 'n1', ready: true },
        { pod: 'b', addresses: ['10.0.0.66'], node: 'n2', ready: true },
      ],
    });
    expect(status).toMatchObject({
      exportStatus: 'READY',
      availableEndpoints: 2,
      dnsName: 'web.app-ns.svc.slice.local',
      servicePorts: '80/TCP',
      exposedPorts: '8080/TCP',
    });
    expect(status.pods?.[0]?.dnsName).toBe('a.east.web.app-ns.svc.slice.local');
  });

  it('needs no Service when it brings selector and ports itself', () => {
    const own = exported({ selector: { matchLabels: { app: 'web' } }, ports: [{ containerPort: 7000, servicePort: 70, protocol: 'udp' }] });
    expect(planExport(snapshot({ exported: own, service: undefined }), 0).body?.ports).toEqual([
      { protocol: 'UDP', port: 70, targetPort: 7000 },
    ]);
  });

  it('looks a named target port up in the pods', () => {
    const named = service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'main' }] });
    expect(planExport(snapshot({ service: named }), 0).body?.ports[0]?.targetPort).toBe(9000);
  });

  describe('with named target ports', () => {
    const listens = (name: string, ports: Record<string, number>) =>
      pod(name, true, {
        spec: {
          containers: [{ name: 'c', ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })) }],
        },
      });
    const ports = (...named: [number, string | number][]) =>
      service({ selector: { app: 'web' }, ports: named.map(([port, targetPort]) => ({ name: `p${port}`, port, targetPort })) });
    const offered = (more: Partial<ExportSnapshot>) => {
      const { body, status } = planExport(snapshot(more), 0);
      const ready = conditionOf(status.conditions, 'Ready');
      return {
        pods: body?.endpoints.map((endpoint) => endpoint.pod),
        targets: body?.ports.map(({ port, targetPort }) => `${port}:${targetPort}`),
        state: `${status.exportStatus} ${ready?.reason}`,
        message: ready?.message,
      };
    };

    it('leaves out a pod whose containers do not have the name, as Kubernetes does', () => {
      const seen = offered({ service: ports([80, 'http']), pods: [listens('a', { http: 8080 }), listens('b', { other: 8080 })] });
      expect(seen).toMatchObject({ pods: ['a'], targets: ['80:8080'], state: 'READY Exported' });
      expect(seen.message).toBe('2 pods match, 1 without a port that others have (not endpoints), 1 attached, 1 ready.');
    });

    it('offers nothing when no pod has the name, and says which', () => {
      const seen = offered({ service: ports([80, 'http']), pods: [listens('a', { other: 8080 })] });
      expect(seen).toMatchObject({ pods: undefined, state: 'ERROR TargetPortNotFound' });
      expect(seen.message).toContain('port 80/TCP has target port "http"');
    });

    it('does not take a port of another protocol for it', () => {
      const udp = pod('a', true, { spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 1, protocol: 'UDP' }] }] } });
      expect(offered({ service: ports([80, 'http']), pods: [udp] }).state).toBe('ERROR TargetPortNotFound');
    });

    it('goes on with the other ports, but is not ready', () => {
      const seen = offered({ service: ports([80, 8080], [90, 'metrics']), pods: [listens('a', {})] });
      expect(seen).toMatchObject({ pods: ['a'], targets: ['80:8080'], state: 'PENDING TargetPortNotFound' });
      expect(seen.message).toContain('port 90/TCP has target port "metrics"');
    });

    it('has no endpoint when no pod has all the ports that some pod has', () => {
      const seen = offered({
        service: ports([80, 'http'], [90, 'metrics']),
        pods: [listens('a', { http: 1 }), listens('b', { metrics: 2 })],
      });
      expect(seen).toMatchObject({ pods: [], state: 'PENDING TargetPortNotFound' });
    });

    it('takes the number that most pods have, and states the numbers of the others with their endpoints', () => {
      const pods = [listens('a', { http: 1 }), listens('b', { http: 2 }), listens('c', { http: 2 })];
      expect(offered({ service: ports([80, 'http']), pods })).toMatchObject({ pods: ['a', 'b'], targets: ['80:2'] });
      const { body } = planExport(snapshot({ service: ports([80, 'http']), pods }), 0);
      expect(body?.endpoints.map(({ pod, targetPorts }) => [pod, targetPorts])).toEqual([
        ['a', [1]],
        ['b', undefined],
      ]);
    });

    it('leaves a name out that never stood for a number, while there is no pod', () => {
      const seen = snapshot({ service: ports([80, 'http'], [81, 8081]), pods: [] });
      expect(offered(seen)).toMatchObject({ targets: ['81:8081'], state: 'PENDING NoMatchingPods' });
      expect(planExport(seen, 0).status).toMatchObject({ servicePorts: '80/TCP,81/TCP', exposedPorts: '8081/TCP' });
    });

    it('goes on with the last number of a name while there is no pod', () => {
      const lastPorts = planExport(snapshot({ service: ports([80, 'http']), pods: [listens('a', { http: 8080 })] }), 0).body?.ports;
      expect(offered({ service: ports([80, 'http']), pods: [], lastPorts })).toMatchObject({ targets: ['80:8080'] });
      // Of another port nothing is known.
      expect(offered({ service: ports([90, 'http']), pods: [], lastPorts })).toMatchObject({ targets: [], pods: [] });
    });
  });

  it.each<[string, NonNullable<ServiceExport['spec']['ports']>]>([
    [
      'the name "http"',
      [
        { name: 'http', containerPort: 80 },
        { name: 'http', containerPort: 81 },
      ],
    ],
    ['the name "port-0"', [{ containerPort: 80 }, { name: 'port-0', containerPort: 81 }]],
    ['80/TCP', [{ containerPort: 80 }, { containerPort: 81, servicePort: 80, protocol: 'tcp' }]],
  ])('offers nothing that no cluster could import: %s twice', (what, ports) => {
    const decision = planExport(snapshot({ exported: exported({ ports }) }), 0);
    expect(decision.body).toBeUndefined();
    expect(decision.status.exportStatus).toBe('ERROR');
    expect(conditionOf(decision.status.conditions, 'Ready')).toMatchObject({
      reason: 'DuplicatePorts',
      message: expect.stringContaining(what),
    });
  });

  it('offers pods that are not Ready or are leaving as such, and none that has ended or uses the host network', () => {
    const leaving = pod('b', true, { metadata: { ...pod('b').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    const { body, status } = planExport(snapshot({ pods: [pod('a', false), leaving] }), 0);
    expect(body?.endpoints.map(({ ready, terminating }) => [ready, terminating])).toEqual([
      [false, undefined],
      [true, true],
    ]);
    expect(status.availableEndpoints).toBe(0);
    expect(planExport(snapshot({ pods: [pod('a', true, { status: { phase: 'Succeeded' } })] }), 0).body?.endpoints).toEqual([]);
    expect(planExport(snapshot({ pods: [pod('a', true, { spec: { containers: [], hostNetwork: true } })] }), 0).body?.endpoints).toEqual(
      [],
    );
  });

  it.each<[string, Partial<ExportSnapshot>, string, boolean]>([
    ['slice is unknown', { namespaces: undefined }, 'SliceNotFound', false],
    ['namespace is foreign', { exported: exported({}, 'other') }, 'NamespaceNotInSlice', false],
    ['service is missing', { service: undefined }, 'ServiceNotFound', false],
    ['service selects nothing', { service: service({ ports: [{ port: 80 }] }) }, 'ServiceWithoutSelector', false],
    ['service has no ports', { service: service({ selector: { app: 'web' } }) }, 'ServiceWithoutPorts', false],
    [
      'service is an alias for a host',
      { service: service({ type: 'ExternalName', ports: [{ port: 80 }] }) },
      'ServiceIsExternalName',
      false,
    ],
    ['no pod matches', { pods: [] }, 'NoMatchingPods', true],
    ['only pod uses the host network', { pods: [onHost('a')] }, 'HostNetworkPods', true],
    ['only pod is excluded', { pods: [excluded('a')] }, 'PodsExcluded', true],
    ['no pod is attached', { pods: [pod('c')] }, 'EndpointsNotAttached', true],
    ['no pod is ready', { pods: [pod('a', false)] }, 'EndpointsNotReady', true],
  ])('says why there is no endpoint when the %s', (_, more, reason, offers) => {
    expect(reasonOf(snapshot(more))).toBe(reason);
    const decision = planExport(snapshot(more), 0);
    expect(decision.body !== undefined).toBe(offers);
    expect(decision.status.exportStatus).toBe(offers ? 'PENDING' : 'ERROR');
  });

  it('proposes the nearest name of a Service or slice that is not there', () => {
    const names = { services: () => ['db', 'wbe'], slices: () => ['apps'] };
    const messageOf = (more: Partial<ExportSnapshot>) =>
      conditionOf(planExport(snapshot({ names, ...more }), 0).status.conditions, 'Ready')?.message;
    expect(messageOf({ service: undefined })).toMatch(/^Service app-ns\/web does not exist; .* Did you mean "wbe"\?$/);
    expect(messageOf({ namespaces: undefined })).toMatch(/^There is no slice app in this cluster; .* Did you mean "apps"\?$/);
  });

  it('goes on without pods that no slice reaches, and counts them', () => {
    const { status } = planExport(snapshot({ pods: [pod('a'), onHost('b'), excluded('c')] }), 0);
    expect(conditionOf(status.conditions, 'Ready')).toMatchObject({
      status: 'True',
      message: '1 pod matches, 2 more with hostNetwork or kubeslice.io/exclude=true (not endpoints), 1 attached, 1 ready.',
    });
  });

  it('names the trouble of the first pod that has one', () => {
    const waiting = { name: 'c', ready: false, restartCount: 0, image: 'nope:1', state: { waiting: { reason: 'ImagePullBackOff' } } };
    const broken = pod('a', false, {
      status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [waiting] },
    });
    const { status } = planExport(snapshot({ pods: [broken] }), 0);
    expect(conditionOf(status.conditions, 'Ready')).toMatchObject({
      reason: 'EndpointsNotReady',
      message: '0 endpoints: 1 pod matches, 1 attached, 0 ready; pod a: the image "nope:1" of container c cannot be pulled.',
    });
  });

  it('takes back that session affinity had no effect, as earlier versions published', () => {
    const asking = service({ ...service().spec, sessionAffinity: 'ClientIP' });
    const before = {
      type: 'SessionAffinity',
      status: 'False' as const,
      reason: 'x',
      message: 'm',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const seen = { ...exported(), status: { conditions: [before] } };
    const after = planExport(snapshot({ service: asking, exported: seen }), 0);
    expect(conditionOf(after.status.conditions, 'SessionAffinity')).toMatchObject({ status: 'True', reason: 'Exported' });
    const fresh = planExport(snapshot({ service: asking }), 0);
    expect(conditionOf(fresh.status.conditions, 'SessionAffinity')).toBeUndefined();
  });

  it('publishes pods that are not Ready where the Service asks for it, and says so', () => {
    const asking = service({ ...service().spec, publishNotReadyAddresses: true });
    const { status, body } = planExport(snapshot({ service: asking, pods: [pod('a', false)] }), 0);
    expect(body?.endpoints).toMatchObject([{ pod: 'a', ready: true }]);
    expect(conditionOf(status.conditions, 'Ready')?.reason).toBe('Exported');
    expect(conditionOf(status.conditions, 'NotReadyAddresses')).toMatchObject({ status: 'True', reason: 'NotReadyAddressesPublished' });
  });
});
