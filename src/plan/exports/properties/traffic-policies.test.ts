import { describe, expect, it } from 'vitest';
import type { ServiceExportSpec } from '../../../api/serviceexport/type.ts';
import type { Service } from '../../../values/builtin/service.ts';
import { exported, service } from '../../fixtures/worker.ts';
import { planExport } from '../exports.ts';
import { statedPolicies, type TrafficPolicies } from './traffic-policies.ts';

type Fields = NonNullable<Service['spec']>;

describe('the traffic policies that an export states', () => {
  it.each<[string, Fields, Partial<ServiceExportSpec>, TrafficPolicies]>([
    ['are none by default', {}, {}, {}],
    ['are none where the Service has the default', { internalTrafficPolicy: 'Cluster' }, {}, {}],
    [
      'are those of the Service',
      { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
      {},
      { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
    ],
    [
      'are those of the export, if it has any',
      { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
      { internalTrafficPolicy: 'Cluster', trafficDistribution: 'PreferSameNode' },
      { trafficDistribution: 'PreferSameNode' },
    ],
    ['are none of a headless Service', { clusterIP: 'None', internalTrafficPolicy: 'Local' }, { trafficDistribution: 'PreferClose' }, {}],
    ['may be later ones', { trafficDistribution: 'example.org/PreferSameRack' }, {}, { trafficDistribution: 'example.org/PreferSameRack' }],
    ['are none that no statement can have', { internalTrafficPolicy: 'Local\n', trafficDistribution: 'x'.repeat(64) }, {}, {}],
  ])('%s', (_, fields, spec, expected) => {
    expect(statedPolicies({ slice: 'app', ...spec }, service({ ...service().spec, ...fields }))).toEqual(expected);
  });

  it('are in the offer, also of an export without a Service', () => {
    const source = { pods: [], cluster: 'east', namespaces: ['app-ns'], attachment: () => undefined };
    const offered = (spec: Partial<ServiceExportSpec>, one: Service | undefined) =>
      planExport({ ...source, exported: exported(spec), service: one }, 0).body;
    expect(offered({}, service({ ...service().spec, internalTrafficPolicy: 'Local' }))).toMatchObject({ internalTrafficPolicy: 'Local' });
    const own: Partial<ServiceExportSpec> = {
      selector: { matchLabels: { app: 'web' } },
      ports: [{ containerPort: 80 }],
      trafficDistribution: 'PreferSameZone',
    };
    expect(offered(own, undefined)).toMatchObject({ trafficDistribution: 'PreferSameZone' });
  });
});
