import { describe, expect, it } from 'vitest';
import type { ExportBody } from '../../api/notice/statement.ts';
import { planServicePorts } from './service-ports.ts';

const body = (name: string, ports: [number, number][], endpoints: [string, string][]): ExportBody => ({
  namespace: 'app-ns',
  name,
  aliases: [],
  ports: ports.map(([port, targetPort]) => ({ protocol: 'TCP', port, targetPort })),
  endpoints: endpoints.map(([address, node]) => ({ pod: 'p', address, node, ready: true })),
});

describe('service ports of a node', () => {
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
    expect(planServicePorts('n1', [web])).toEqual([
      { address: '10.0.0.2', protocol: 'TCP', port: 80, targetPort: 8080 },
      { address: '10.0.0.2', protocol: 'TCP', port: 81, targetPort: 8081 },
      { address: '10.0.0.3', protocol: 'TCP', port: 80, targetPort: 8080 },
      { address: '10.0.0.3', protocol: 'TCP', port: 81, targetPort: 8081 },
    ]);
  });

  it('do not depend on the order of exports, and the first by name counts where two disagree', () => {
    const [a, b] = [body('a', [[80, 8080]], [['10.0.0.2', 'n1']]), body('b', [[80, 9090]], [['10.0.0.2', 'n1']])];
    expect(planServicePorts('n1', [b, a])).toEqual(planServicePorts('n1', [a, b]));
    expect(planServicePorts('n1', [b, a]).map((mapping) => mapping.targetPort)).toEqual([8080]);
  });
});
