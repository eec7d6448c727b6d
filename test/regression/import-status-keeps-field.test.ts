import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serviceExportKind, serviceImportKind } from '../../src/api/kinds.ts';
import { serviceKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, endExample, exported, wait } from '../clusters/example.ts';

/*
 * The status of a ServiceImport was written by a merge patch, which removes nothing: what the service no longer had stayed in it. As that differed from what
 * was wanted, the status was written again and again, too.
 */

beforeEach(beginExample);
afterEach(endExample);

const place = { namespace: 'app-ns', name: 'web' };
const serve = (sessionAffinity: 'ClientIP' | 'None'): void => {
  const spec = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], sessionAffinity };
  east.api.put(serviceKind, { apiVersion: 'v1', kind: 'Service', metadata: place, spec });
};

it('the status of an import loses what the service no longer has', async () => {
  const status = () => east.api.read(serviceImportKind, place)?.status;
  serve('ClientIP');
  east.api.put(serviceExportKind, { ...exported, metadata: place, spec: { slice: 'app' } });
  await vi.waitFor(() => expect(status()).toMatchObject({ sessionAffinity: 'ClientIP', sessionAffinitySeconds: 10_800 }), wait);
  serve('None');
  await vi.waitFor(() => expect(status()).toMatchObject({ sessionAffinity: 'None' }), wait);
  expect(status()).not.toHaveProperty('sessionAffinitySeconds');
});
