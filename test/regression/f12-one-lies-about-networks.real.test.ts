import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterKind, sliceKind } from '../../src/api/kinds.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { realPrograms } from '../../src/kubernetes/fixtures/real-api.ts';
import { type HubApi, startHubApi } from './hub-api.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: networks that forbid slices, on a real API server: ${programs}`);

const call = { signal: AbortSignal.timeout(110_000) };
const status = { ...call, subresource: 'status' };
const east = { name: 'east', namespace: 'default' };
const slice = (sliceSubnet: string, clusters?: string[]): Slice => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'judged', namespace: 'default' },
  spec: { sliceSubnet, namespaceIsolationProfile: { allowedNamespaces: ['x'] }, ...(clusters === undefined ? {} : { clusters }) },
});
const many = (count: number, prefix: number): string[] => Array.from({ length: count }, (_, index) => `${index + 1}.0.0.0/${prefix}`);
const full = (text: (index: number) => string): string[] => Array.from({ length: 256 }, (_, index) => text(index));

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('F12: a member that lies about its networks', () => {
  let hub: HubApi;
  let worker: Client;

  beforeAll(async () => {
    hub = await startHubApi(['east', 'west'], call);
    worker = await hub.as('kubeslice-worker-east');
    const wide = (): Promise<unknown> =>
      worker.mergePatch(clusterKind, east, { status: { cniSubnet: ['0.0.0.0/0'] } }, { ...status, dryRun: true });
    // Policies take effect a moment after they are written.
    await vi.waitFor(() => expect(wide()).rejects.toThrow('larger than a /8'), { timeout: 20_000 });
  });
  afterAll(() => hub?.stop());

  const tell = (networks: object): Promise<unknown> => worker.mergePatch(clusterKind, east, { status: networks }, status);
  const make = (subnet: string, clusters?: string[]): Promise<unknown> =>
    hub.admin.create(sliceKind, slice(subnet, clusters), { ...call, dryRun: true });

  it('has no more networks than a cluster has', async () => {
    for (const network of ['0.0.0.0/0', '128.0.0.0/1', '::/0'])
      for (const field of ['cniSubnet', 'serviceSubnet'])
        await expect(tell({ [field]: ['10.244.0.0/16', network] }), network).rejects.toThrow(`the network ${network} cannot be`);
    await tell({ cniSubnet: [...many(2, 8), 'fd00::/48'], serviceSubnet: ['10.96.0.0/12'] });
    await expect(tell({ cniSubnet: many(2, 8), serviceSubnet: ['9.0.0.0/8'] })).rejects.toThrow(
      'more than 2 of them are larger than a /12',
    );
    await expect(tell({ cniSubnet: many(17, 15) })).rejects.toThrow('more than 16');
    await expect(tell({ cniSubnet: many(65, 19) })).rejects.toThrow('more than 64');
    await expect(tell({ cniSubnet: many(223, 8) })).rejects.toThrow('cannot be those of one cluster');
    for (const networks of [{ nodeIPs: Array(257).fill('192.168.1.1') }, { cniSubnet: Array(257).fill('10.244.0.0/24') }])
      await expect(tell(networks)).rejects.toMatchObject({ code: 'InvalidInput' });
  });

  it('forbids no slice but those that name it', async () => {
    await tell({ cniSubnet: ['10.0.0.0/8'], serviceSubnet: [] });
    await vi.waitFor(() => expect(make('10.77.0.0/16', ['east'])).rejects.toThrow('overlaps the pod network 10.0.0.0/8'), {
      timeout: 20_000,
    });
    await make('10.77.0.0/16', ['west']);
    await make('10.77.0.0/16');
  });

  it('says at the most as much as a slice can be compared with', async () => {
    await tell({
      cniSubnet: full((n) => `10.77.${n}.0/24`),
      nodeIPs: full((n) => `172.29.7.${n}`),
      serviceSubnet: full((n) => `10.78.${n}.0/24`).slice(0, 16),
    });
    await vi.waitFor(() => expect(make('10.77.255.0/24', ['east'])).rejects.toThrow('overlaps the pod network 10.77.255.0/24'), {
      timeout: 20_000,
    });
    await make('10.79.0.0/16', ['east']);
    await make('10.77.255.0/24');
  });
});
