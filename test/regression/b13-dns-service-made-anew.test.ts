import { afterEach, expect, it, vi } from 'vitest';
import { dnsService, memberNamespace } from '../../src/api/places.ts';
import { configMapKind, serviceKind } from '../../src/kubernetes/kinds.ts';
import { type Fleet, type Member, startFleet } from '../clusters/fleet.ts';

const wait = { timeout: 120_000 };
let fleet: Fleet;
afterEach(() => fleet.stop());

const corefile = (member: Member): string =>
  member.api.read(configMapKind, { namespace: 'kube-system', name: 'coredns' })?.data?.['Corefile'] ?? '';

it('B13: cluster DNS follows the DNS Service when it is made anew', async () => {
  fleet = await startFleet();
  const east = await fleet.join('east', ['node-1']);
  await vi.waitFor(() => expect(corefile(east)).toContain('10.96.0.53'), wait);
  const place = { namespace: memberNamespace, name: dnsService };
  east.api.remove(serviceKind, place);
  east.api.put(serviceKind, { apiVersion: 'v1', kind: 'Service', metadata: place, spec: { clusterIP: '10.96.0.99' } });
  await vi.waitFor(() => expect(corefile(east)).toContain('10.96.0.99'), wait);
  expect(corefile(east)).not.toContain('10.96.0.53');
});
