import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HubApi, startHubApi } from '../../../test/regression/hub-api.ts';
import { noticeKind } from '../../api/kinds.ts';
import { clusterLabel, managedBy, managedByLabel, sliceLabel, statementLabel, weightLabel } from '../../api/labels.ts';
import type { Notice } from '../../api/notice/type.ts';
import { maxRotations } from '../../api/rotations.ts';
import { rateWeight } from '../../exchange/notice/rate-weight.ts';
import type { Client } from '../../kubernetes/client.ts';
import { realPrograms } from '../../kubernetes/fixtures/real-api.ts';
import { namespaceKind, roleBindingKind } from '../../kubernetes/kinds.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: the policy about notices on a real API server: ${programs}`);

const board = 'kubeslice-exchange-1';
const call = { signal: AbortSignal.timeout(110_000) };
const rotations = Array.from({ length: maxRotations }, () => ({ newWithOld: 'x'.repeat(1536), oldWithNew: 'x'.repeat(1536) }));
const notice = (name: string, cluster = 'east'): Notice => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: {
    name,
    namespace: board,
    labels: { [clusterLabel]: cluster, [sliceLabel]: 'a', [statementLabel]: 'cluster', [managedByLabel]: managedBy },
  },
  spec: { cluster, kind: 'Cluster', subject: cluster, statement: '{}', signature: 's' },
});

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('a notice on a real API server', () => {
  let hub: HubApi;
  let east: Client;

  beforeAll(async () => {
    hub = await startHubApi(['east'], call);
    await hub.admin.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: board } }, call);
    await hub.admin.create(
      roleBindingKind,
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'all', namespace: board },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'kubeslice-worker-east', namespace: 'default' }],
      },
      call,
    );
    east = await hub.as('kubeslice-worker-east');
    // Policies take effect a moment after they are written.
    const probe = (): Promise<unknown> => east.create(noticeKind, notice('west.1', 'west'), { ...call, dryRun: true });
    await vi.waitFor(() => expect(probe()).rejects.toThrow('may write only its own notices'), { timeout: 20_000 });
  });
  afterAll(() => hub?.stop());

  it('has rotations beside its statement, which count towards its size and its weight', async () => {
    await east.create(noticeKind, notice('east.1'), call);
    const write = (count: number, statement: string, weight?: number) =>
      east.mergePatch(
        noticeKind,
        { name: 'east.1', namespace: board },
        {
          ...(weight === undefined ? {} : { metadata: { labels: { [weightLabel]: String(weight) } } }),
          spec: { statement, rotations: [...rotations, ...rotations].slice(0, count) },
        },
        call,
      );
    const spec = { statement: '{}', rotations };
    expect((await write(maxRotations, '{}')).spec.rotations).toEqual(rotations);
    await write(maxRotations, '{}', rateWeight(spec));
    await expect(write(maxRotations, '{}', rateWeight(spec) - 1)).rejects.toThrow('the farewells and rotations beside it');
    await expect(write(7, 'x'.repeat(11_500), 9)).rejects.toThrow('A statement has at most 32768 bytes');
    await expect(write(maxRotations + 1, '{}', 9)).rejects.toMatchObject({ code: 'InvalidInput' });
  });
});
