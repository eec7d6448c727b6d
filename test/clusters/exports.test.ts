import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { noticeKind, serviceExportKind, sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import type { ServiceExport } from '../../src/api/serviceexport/type.ts';
import { podKind } from '../../src/kubernetes/kinds.ts';
import { type Fleet, type Member, startFleet } from './fleet.ts';

const wait = { timeout: 120_000, interval: 10 };
const selector = { matchLabels: { app: 'web' } };

let fleet: Fleet;
let east: Member;

const offer = (name: string, spec: Partial<ServiceExport['spec']>): void => {
  const metadata = { name, namespace: 'app-ns' };
  east.api.put(serviceExportKind, {
    apiVersion: 'networking.kubeslice.io/v1beta1',
    kind: 'ServiceExport',
    metadata,
    spec: { slice: 'app', selector, ...spec },
  });
};
const statusOf = (name: string) => east.api.read(serviceExportKind, { namespace: 'app-ns', name })?.status;
const stateOf = (name: string): string => {
  const status = statusOf(name);
  return `${status?.exportStatus} ${conditionOf(status?.conditions, 'Ready')?.reason}`;
};
const offered = (): string[] =>
  fleet.hub
    .objects(noticeKind)
    .filter(({ spec }) => spec.kind === 'Export' && !spec.statement.includes('"withdrawn":true'))
    .map(({ spec }) => spec.subject)
    .toSorted();

/** One node with one attached pod. */
beforeEach(async () => {
  fleet = await startFleet();
  east = await fleet.join('east', ['node-1']);
  fleet.hub.put(sliceKind, {
    apiVersion: 'networking.kubeslice.io/v1beta1',
    kind: 'Slice',
    metadata: { name: 'app', namespace: 'default' },
    spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] } },
  });
  await vi.waitFor(() => expect(east.api.objects(sliceNodeKind).length).toBe(1), wait);
  const { metadata } = east.api.put(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'app-ns', labels: { app: 'web' } },
    spec: { containers: [], nodeName: 'node-1' },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const [node] = east.api.objects(sliceNodeKind);
  if (node === undefined) throw new Error('no node');
  const pods = { [metadata.uid ?? '']: { namespace: 'app-ns', name: 'web-1', address: '10.0.0.2' } };
  east.api.put(sliceNodeKind, { ...node, status: { ...node.status, pods } });
});
afterEach(() => fleet.stop());

describe('the exports of a cluster', () => {
  it('say why they cannot be stated, and lose what they said of an offer that is gone', async () => {
    const ports = [{ containerPort: 80 }];
    offer('web', { ports, aliases: ['a..b'] });
    await vi.waitFor(() => expect(stateOf('web')).toBe('ERROR OfferImpossible'), wait);
    expect(conditionOf(statusOf('web')?.conditions, 'Ready')?.message).toContain('aliases');
    offer('web', { ports });
    await vi.waitFor(() => expect(stateOf('web')).toBe('READY Exported'), wait);
    expect(statusOf('web')).toMatchObject({ servicePorts: '80/TCP', pods: [{ name: 'web-1' }] });
    offer('web', { ports: [] });
    await vi.waitFor(() => expect(stateOf('web')).toBe('ERROR ServiceNotFound'), wait);
    expect(statusOf('web')?.pods).toBeUndefined();
    expect(statusOf('web')?.servicePorts).toBeUndefined();
    await vi.waitFor(() => expect(offered()).toEqual([]), wait);
  });

  it('say within seconds that nobody listens where they lead, and when somebody does, also to the hub', async () => {
    const reported = () =>
      fleet.hub
        .objects(noticeKind)
        .filter(({ spec }) => spec.kind === 'Links' && spec.cluster === 'east')
        .map(({ spec }) => spec.statement)
        .join();
    offer('web', { ports: [{ containerPort: 8080, servicePort: 80 }] });
    await fleet.soon(() => expect(stateOf('web')).toBe('READY Exported'));
    const speaks = fleet.closePort(9999);
    offer('web', { ports: [{ containerPort: 9999, servicePort: 80 }] });
    await fleet.soon(() => expect(stateOf('web')).toBe('ERROR NothingListens'), { withinMs: 8_000 });
    expect(conditionOf(statusOf('web')?.conditions, 'Ready')?.message).toMatch(
      /port 9999 of pod web-1, to which service port 80\/TCP leads/,
    );
    // What is offered stays, since the answer may be wrong.
    expect(statusOf('web')).toMatchObject({ availableEndpoints: 1, pods: [{ name: 'web-1' }] });
    expect(offered()).toEqual(['app-ns/web']);
    await fleet.soon(() => expect(reported()).toContain('NothingListens'));
    // A worker that starts anew has asked nobody, and does not call it well for that.
    await east.stop();
    const versions: string[] = [];
    east.start();
    await fleet.soon(() => {
      versions.push(stateOf('web'));
      expect(versions.length).toBeGreaterThan(110);
    });
    expect(new Set(versions)).toEqual(new Set(['ERROR NothingListens']));
    speaks();
    await fleet.soon(() => expect(stateOf('web')).toBe('READY Exported'));
    await fleet.soon(() => expect(reported()).not.toContain('NothingListens'));
  });
});
