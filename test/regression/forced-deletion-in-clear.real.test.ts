import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { obstacleTo, RealNode, realKernel } from '../../src/kernel/fixtures/real-node.ts';

/*
 * A pod that is deleted by force is gone from the API server before its programs are. The agent took it out of the slice at once, and opened it: for
 * as long as it still ran, what it sent to the slice left the node in clear, by the cluster's own network.
 */

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: pods deleted by force: ${obstacle}`);

const { signal } = new AbortController();

describe.skipIf(obstacle !== undefined)('a pod that is deleted by force', () => {
  let node: RealNode;
  beforeEach(() => {
    if ('obstacle' in real) return;
    node = new RealNode('fd', real.tunnelProgram);
  });
  afterEach(() => node.close());

  it.each(['changes', 'everything'] as const)('stays closed until it has ended, one that leaves the slice is opened: %s', async (scope) => {
    const [deleted, leaving] = [node.pod('deleted', '10.77.0.5'), node.pod('leaving', '10.77.0.6')];
    const network = { ...node.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] }), pods: [deleted, leaving] };
    const kernel = node.kernel();
    expect((await kernel.converge([network], signal)).podFailures).toEqual(new Map());
    const livingPods = new Set([leaving.uid]);
    await kernel.converge([{ ...network, pods: [] }], signal, scope, { livingPods });
    const routes = (pod: typeof deleted): string => node.inPod(pod, 'ip route show');
    expect(routes(deleted)).toContain('unreachable 10.77.0.0/16');
    expect(routes(leaving)).not.toContain('10.77.0.0/16');
  });
});
