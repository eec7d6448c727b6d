import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { exported, pod } from '../fixtures/worker.ts';
import { planExport } from './exports.ts';

type Ports = NonNullable<ServiceExport['spec']['ports']>;
const leads = (servicePort: number, containerPort: number, more: Partial<Ports[number]> = {}) => ({ servicePort, containerPort, ...more });

/** An export made at a minute, of the pods with a label. */
const made = (name: string, minute: number, ports: Ports, more: { app?: string; deleted?: boolean } = {}): ServiceExport => ({
  ...exported({ ports, selector: { matchLabels: { app: more.app ?? 'web' } } }),
  metadata: {
    name,
    namespace: 'app-ns',
    creationTimestamp: `2026-01-01T00:0${minute}:00Z`,
    ...(more.deleted === true ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {}),
  },
});
const readiness = (one: ServiceExport, all: readonly ServiceExport[]) => {
  const pods = [pod('a'), pod('b', true, { metadata: { name: 'b', namespace: 'app-ns', uid: 'uid-b', labels: { app: 'other' } } })];
  const others = all.map((other) => ({ exported: other, service: undefined, pods }));
  const attachment = ({ metadata }: Pod) => ({ address: metadata.uid === 'uid-a' ? '10.0.0.2' : '10.0.0.3', node: 'n1' });
  const seen = { exported: one, service: undefined, others, namespaces: ['app-ns'], pods, cluster: 'east', attachment };
  const { body, status } = planExport(seen, 0);
  return { ...conditionOf(status.conditions, 'Ready'), exportStatus: status.exportStatus, offers: body !== undefined };
};
const reasons = (...all: ServiceExport[]) => all.map((one) => readiness(one, all).reason);

describe('two exports that lead a port of a pod to different places', () => {
  it('leave it to the older one, whatever their names and order, and the younger says which and what to do', () => {
    const [older, younger] = [made('z', 1, [leads(9090, 80)]), made('a', 2, [leads(9090, 5555)])];
    expect(reasons(younger, older)).toEqual(['PortConflict', 'Exported']);
    expect(reasons(older, younger)).toEqual(['Exported', 'PortConflict']);
    expect(readiness(younger, [older, younger])).toMatchObject({
      exportStatus: 'ERROR',
      offers: false,
      message:
        'Port 9090/TCP of pod a is translated to its port 80 for the older export app-ns/z; give this export another service port, or delete the older one.',
    });
    expect(reasons(younger)).toEqual(['Exported']);
  });

  it('go by name when they are of one age', () => {
    expect(reasons(made('b', 1, [leads(90, 1)]), made('a', 1, [leads(90, 2)]))).toEqual(['PortConflict', 'Exported']);
  });

  it('also conflict when one of them does not turn the port', () => {
    expect(reasons(made('a', 1, [{ containerPort: 80 }]), made('b', 2, [leads(80, 8080)]))).toEqual(['Exported', 'PortConflict']);
    expect(reasons(made('a', 1, [leads(80, 8080)]), made('b', 2, [{ containerPort: 80 }]))).toEqual(['Exported', 'PortConflict']);
  });

  it.each<[string, ServiceExport]>([
    ['lead it to the same place', made('b', 2, [leads(90, 1), leads(91, 5)])],
    ['are of other protocols', made('b', 2, [leads(90, 2, { protocol: 'UDP' })])],
    ['have other pods', made('b', 2, [leads(90, 2)], { app: 'other' })],
  ])('do not conflict when they %s', (_, younger) => {
    expect(reasons(made('a', 1, [leads(90, 1)]), younger)).toEqual(['Exported', 'Exported']);
  });

  it('do not count when the older one is being deleted or offers nothing', () => {
    const younger = made('b', 2, [leads(90, 2)]);
    expect(readiness(younger, [made('a', 1, [leads(90, 1)], { deleted: true })]).reason).toBe('Exported');
    expect(readiness(younger, [made('a', 1, [leads(90, 1), leads(90, 3)])]).reason).toBe('Exported');
  });

  it('do not hold what they do not get: the third is free when only the second would be in its way', () => {
    const all = [made('a', 1, [leads(90, 1)]), made('b', 2, [leads(90, 2), leads(91, 2)]), made('c', 3, [leads(91, 3)])];
    expect(reasons(...all)).toEqual(['Exported', 'PortConflict', 'Exported']);
  });
});
