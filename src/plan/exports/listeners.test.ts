import { describe, expect, it } from 'vitest';
import type { Condition } from '../../api/condition.ts';
import type { ExportPort } from '../../exchange/statement/export.ts';
import { endpoint } from '../fixtures/worker.ts';
import type { PortState } from '../listeners/watched-port.ts';
import { type EndpointPorts, listenersOf } from './listeners.ts';

const http: ExportPort = { protocol: 'TCP', port: 80, targetPort: 9999 };
const dns: ExportPort = { protocol: 'UDP', port: 53, targetPort: 53 };
const metrics: ExportPort = { protocol: 'TCP', port: 90, targetPort: 9090 };
const withPorts = (...portState: PortState[]): EndpointPorts[] =>
  portState.map((each, index) => ({ endpoint: endpoint(index), portState: () => each }));
const condition = (reason: string): Condition[] => [
  {
    type: 'Ready',
    status: reason === 'Exported' ? 'True' : 'False',
    reason,
    message: 'as before.',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  },
];

describe('who listens where an export leads', () => {
  it.each<[string, PortState[], string | undefined, string | undefined, string | undefined]>([
    ['all do', ['listening', 'listening'], undefined, undefined, undefined],
    ['nobody does', ['closed', 'closed'], undefined, 'port 9999 of pod p0 and of 1 more', undefined],
    ['the only pod does not', ['closed'], undefined, 'port 9999 of pod p0,', undefined],
    ['some do not', ['listening', 'closed', 'closed'], undefined, undefined, 'nobody listens on port 9999 of pod p1 (2 of 3 pods)'],
    [
      'some do not and others are not known',
      ['closed', 'unknown'],
      undefined,
      undefined,
      'nobody listens on port 9999 of pod p0 (1 of 2 pods)',
    ],
    ['nothing is known', ['unknown', 'unknown'], undefined, undefined, undefined],
    ['nobody was asked', ['new', 'new'], undefined, undefined, undefined],
    ['one look found nobody', ['suspect'], undefined, undefined, undefined],
    ['nobody was asked since a worker started anew', ['new', 'suspect'], 'NothingListens', 'as before', undefined],
    ['nobody was asked, and all was well', ['new', 'suspect'], 'Exported', undefined, undefined],
    ['one is known to listen now', ['new', 'listening'], 'NothingListens', undefined, undefined],
    ['nodes do not say any more', ['unknown'], 'NothingListens', undefined, undefined],
    ['there is no ready endpoint', [], 'NothingListens', undefined, undefined],
  ])('when %s', (_, portState, before, verdict, note) => {
    const found = listenersOf({ ports: [http], own: false }, withPorts(...portState), before === undefined ? undefined : condition(before));
    expect(found.note).toBe(note);
    if (verdict === undefined) expect(found.verdict).toBeUndefined();
    else expect(found.verdict).toMatchObject({ status: 'False', reason: 'NothingListens', message: expect.stringContaining(verdict) });
  });

  it('names what leads there, and what to correct', () => {
    const message = (own: boolean) => listenersOf({ ports: [http], own }, withPorts('closed'), undefined).verdict?.message;
    expect(message(false)).toBe(
      'Nobody listens on port 9999 of pod p0, to which service port 80/TCP leads, so clients are refused; correct targetPort of the Service, or let the program listen on that port on all addresses of the pod.',
    );
    expect(message(true)).toContain('correct containerPort of the export');
  });

  it('does not ask about UDP, nor about endpoints that take no connections', () => {
    expect(listenersOf({ ports: [dns], own: false }, withPorts('closed'), undefined)).toEqual({ verdict: undefined, note: undefined });
    const leaving = [{ endpoint: { ...endpoint(0), ready: false }, portState: (): PortState => 'closed' }];
    expect(listenersOf({ ports: [http], own: false }, leaving, undefined).verdict).toBeUndefined();
  });

  it('is asked for each port, by the number that the pod has for it', () => {
    const one: EndpointPorts = {
      endpoint: { ...endpoint(0), targetPorts: [8080, 9091] },
      portState: (port) => (port === 9091 ? 'closed' : 'listening'),
    };
    const { verdict } = listenersOf({ ports: [http, metrics], own: false }, [one], undefined);
    expect(verdict?.message).toContain('port 9091 of pod p0, to which service port 90/TCP leads');
  });
});
