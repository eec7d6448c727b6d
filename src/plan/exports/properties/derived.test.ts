import { describe, expect, it } from 'vitest';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import { exported, service } from '../../fixtures/worker.ts';
import { derivedExport } from '../../mcs/derived-export.ts';
import { planExport } from '../exports.ts';
import { createdOf } from './derived.ts';

const [early, late] = ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'];
const mcsExport = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name: 'web', namespace: 'app-ns', uid: 'u' },
};
const derived = (creationTimestamp?: string): ServiceExport => {
  const metadata = creationTimestamp === undefined ? mcsExport.metadata : { ...mcsExport.metadata, creationTimestamp };
  const one = derivedExport({ ...mcsExport, metadata }, 'app');
  return { ...one, metadata: { ...one.metadata, creationTimestamp: late } };
};
const byHand = (annotations: Record<string, string>): ServiceExport => ({
  ...exported(),
  metadata: { ...exported().metadata, creationTimestamp: late, annotations },
});
const annotated = (value: string): ServiceExport => {
  const one = derived();
  return { ...one, metadata: { ...one.metadata, annotations: { 'kubeslice.io/export-created': value } } };
};

describe('the age of an export', () => {
  it.each<[string, ServiceExport, string]>([
    ['that is derived is that of the object that people wrote', derived(early), early],
    ['that an earlier version derived is its own', derived(), late],
    ['that was written by hand is its own, whatever its annotations say', byHand({ 'kubeslice.io/export-created': early }), late],
    ['with a date that is none is its own', annotated('yesterday'), late],
    ['with a date in another form is its own', annotated('+012026-01-01T00:00:00Z'), late],
    ['with a date of 40 KB is its own', annotated(early.padStart(40_000)), late],
    ['that no API server has seen yet is the highest', exported(), '1970-01-01T00:00:00.000Z'],
  ])('%s', (_, one, expected) => {
    expect(createdOf(one)).toBe(expected);
  });

  it('is stated to the other clusters', () => {
    const source = { service: service(), pods: [], cluster: 'east', namespaces: ['app-ns'], attachment: () => undefined };
    expect(planExport({ ...source, exported: derived(early) }, 0).body?.created).toBe(early);
  });
});
