import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sliceKind } from '../../src/api/kinds.ts';
import { hubNamespace } from '../../src/api/places.ts';
import { applyDefinitions } from '../../src/cli/steps/apply-all.ts';
import { planCrds } from '../../src/install/crds.ts';
import { hubDefaults } from '../../src/install/options.ts';
import { planDefinitions } from '../../src/install/workloads/definitions.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { realPrograms } from '../../src/kubernetes/fixtures/real-api.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../src/kubernetes/kinds.ts';
import { type HubApi, startHubApi } from './hub-api.ts';

/*
 * Going back to an older version wrote the older definitions over the newer ones, and the API server then dropped the fields that only the newer ones
 * knew at the next write of each object. And Helm did not bring newer definitions at all when it upgraded.
 */

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: definitions of two versions, on a real API server: ${programs}`);

const call = { signal: AbortSignal.timeout(110_000) };
const older = planCrds('hub');

/** The definitions with one more field in the spec of slices. */
const newer = older.map((crd): CustomResourceDefinition => {
  if (crd.spec.names.kind !== 'Slice') return crd;
  const copy = structuredClone(crd) as CustomResourceDefinition & {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: { properties: Record<string, object> } } } } }[] };
  };
  for (const { schema } of copy.spec.versions) schema.openAPIV3Schema.properties.spec.properties.later = { type: 'string' };
  return copy;
});

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('the definitions of two versions', () => {
  let hub: HubApi;
  let account: Client;

  beforeAll(async () => {
    hub = await startHubApi([], call);
    const options = hubDefaults('image');
    await hub.apply(planDefinitions('hub', options, options.controller).filter(({ kind }) => kind !== 'Job'));
    account = await hub.as('kubeslice-hub-definitions', hubNamespace);
  });
  afterAll(() => hub?.stop());

  it('are applied by the account of the chart, the newer over the older and never the other way, so that no field is lost', async () => {
    expect(await applyDefinitions(account, newer, '0.2.0', call.signal)).toEqual([]);
    const slice = {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'Slice',
      metadata: { name: 'kept', namespace: 'default' },
      spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['x'] }, later: 'said' },
    };
    // An API server takes a moment to use a definition that has changed.
    await vi.waitFor(
      async () => {
        await hub.admin.apply(sliceKind, slice, call);
        expect((await hub.admin.get(sliceKind, slice.metadata, call)).spec).toMatchObject({ later: 'said' });
      },
      { timeout: 20_000 },
    );

    const notes = await applyDefinitions(account, older, '0.1.0', call.signal);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/kinds stay as KubeSlice 0\.2\.0 defined them, .*slices\.networking\.kubeslice\.io/);
    await hub.admin.mergePatch(sliceKind, slice.metadata, { metadata: { labels: { touched: 'yes' } } }, call);
    expect((await hub.admin.get(sliceKind, slice.metadata, call)).spec).toMatchObject({ later: 'said' });

    // The same version repairs what somebody changed.
    expect(await applyDefinitions(account, newer, '0.2.0', call.signal)).toEqual([]);
  });

  it('are all that this account changes', async () => {
    const [own] = older;
    if (own === undefined) throw new Error('no kinds');
    await expect(account.delete(customResourceDefinitionKind, own.metadata, call)).rejects.toMatchObject({ code: 'Forbidden' });
    const foreign = { name: 'widgets.example.org' };
    await expect(account.mergePatch(customResourceDefinitionKind, foreign, { metadata: { labels: {} } }, call)).rejects.toMatchObject({
      code: 'Forbidden',
    });
  });
});
