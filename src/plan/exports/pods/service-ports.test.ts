import { describe, expect, it } from 'vitest';
import { maxServicePorts } from '../../../api/slicenode/schema.ts';
import type { ExportBody } from '../../../exchange/statement/export.ts';
import { offer } from '../../fixtures/worker.ts';
import { planServicePorts } from './service-ports.ts';

const body = (name: string, ports: [number, number][], endpoints: [string, string][]): ExportBody => ({
  ...offer('east', []).body,
  name,
  ports: ports.map(([port, targetPort]) => ({ protocol: 'TCP', port, targetPort })),
  endpoints: endpoints.map(([address, node]) => ({ pod: 'p', addresses: [address], node, ready: true })),
});

describe('service ports of a node', () => {
  it('lead to the port of the very pod, where it has another one than most', () => {
    const web = body('web', [[80, 8080]], [['10.0.0.2', 'n1']]);
    const endpoints = [...web.endpoints, { pod: 'q', addresses: ['10.0.0.3'], node: 'n1', ready: true, targetPorts: [9090] }];
    const same = { pod: 'r', addresses: ['10.0.0.4'], node: 'n1', ready: true, targetPorts: [80] };
    const { servicePorts } = planServicePorts('n1', [{ ...web, endpoints: [...endpoints, same] }]);
    expect(servicePorts.map(({ address, port, targetPort }) => [address, port, targetPort])).toEqual([
      ['10.0.0.2', 80, 8080],
      ['10.0.0.3', 80, 9090],
    ]);
  });

  it('are those that differ from the port of the pod, on this node only, in order', () => {
    const web = body(
      'web',
      [
        [80, 8080],
        [443, 443],
        [81, 8081],
      ],
      [
        ['10.0.0.3', 'n1'],
        ['10.0.0.2', 'n1'],
        ['10.0.0.66', 'n2'],
      ],
    );
    expect(planServicePorts('n1', [web]).servicePorts).toEqual([
      { address: '10.0.0.2', protocol: 'TCP', port: 80, targetPort: 8080 },
      { address: '10.0.0.2', protocol: 'TCP', port: 81, targetPort: 8081 },
      { address: '10.0.0.3', protocol: 'TCP', port: 80, targetPort: 8080 },
      { address: '10.0.0.3', protocol: 'TCP', port: 81, targetPort: 8081 },
    ]);
  });

  it('do not depend on the order of exports, and the first by name counts where two disagree', () => {
    const [a, b] = [body('a', [[80, 8080]], [['10.0.0.2', 'n1']]), body('b', [[80, 9090]], [['10.0.0.2', 'n1']])];
    expect(planServicePorts('n1', [b, a])).toEqual(planServicePorts('n1', [a, b]));
    expect(planServicePorts('n1', [b, a]).servicePorts.map((mapping) => mapping.targetPort)).toEqual([8080]);
  });

  describe('when there is not room for all', () => {
    /** An export of that many ports of one pod, each namespace having a pod of its own. */
    const many = (namespace: string, name: string, count: number, from = 1): ExportBody => ({
      ...body(
        name,
        Array.from({ length: count }, (_, index) => [from + index, 40_000]),
        [[`10.0.0.${namespace.charCodeAt(0)}`, 'n1']],
      ),
      namespace,
    });
    const taken = (room: number, ...all: ExportBody[]) => {
      const { servicePorts, overCapacity } = planServicePorts('n1', all, room);
      return { count: servicePorts.length, overCapacity };
    };

    it('are never more than the node object takes', () => {
      const all = Array.from({ length: 65 }, (_, index) => many('a', `e${String(index).padStart(2, '0')}`, 64, 1 + index * 64));
      const { servicePorts, overCapacity } = planServicePorts('n1', all);
      expect(servicePorts).toHaveLength(maxServicePorts);
      expect(overCapacity).toEqual(['a/e64']);
      expect(planServicePorts('n1', all.toReversed())).toEqual({ servicePorts, overCapacity });
    });

    it('are shared out fairly between namespaces: the greedy one loses, not the modest one, wherever its name stands', () => {
      const greedy = (namespace: string) => [many(namespace, 'one', 6), many(namespace, 'two', 6, 100)];
      expect(taken(10, ...greedy('a'), many('b', 'web', 2))).toEqual({ count: 8, overCapacity: ['a/two'] });
      expect(taken(10, many('a', 'web', 2), ...greedy('b'))).toEqual({ count: 8, overCapacity: ['b/two'] });
      expect(taken(14, many('a', 'web', 2), ...greedy('b'))).toEqual({ count: 14, overCapacity: [] });
    });

    it('leave out an export that is too large as a whole, and go on with the next', () => {
      expect(taken(5, many('a', 'one', 6), many('a', 'two', 5, 100))).toEqual({ count: 5, overCapacity: ['a/one'] });
    });

    it('count a port that two exports lead to the same place once', () => {
      expect(taken(4, many('a', 'one', 4), many('a', 'two', 4))).toEqual({ count: 4, overCapacity: [] });
    });
  });
});
