import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RealNode, realKernel, shell } from './fixtures/real-node.ts';
import { NamespaceMonitor } from './monitor.ts';

const real = await realKernel();
const skippedBecause = 'obstacle' in real ? `skipped: watching namespaces: ${real.obstacle}` : undefined;
if (skippedBecause !== undefined) console.log(skippedBecause);

describe.skipIf(skippedBecause !== undefined)('watching namespaces', () => {
  let node: RealNode;
  let netns: string;
  beforeEach(() => {
    if ('obstacle' in real) return;
    node = new RealNode('w', real.tunnelProgram);
    const pod = node.pod('pod', '10.77.0.5');
    netns = pod.netns.slice('/run/netns/'.length);
  });
  afterEach(() => node.close());

  it('tells of changes in a namespace, in the ones at the other ends of its interfaces, and of its end', async () => {
    const other = node.pod('other', '10.77.0.6').netns.slice('/run/netns/'.length);
    shell(`ip link add v0 netns ${netns} type veth peer name v1 netns ${other}`);
    const told: string[] = [];
    const monitor = new NamespaceMonitor((name) => told.push(name));
    const changes = async (command: string): Promise<void> => {
      told.length = 0;
      await vi.waitFor(() => {
        shell(command);
        expect(told).toContain(netns);
      });
    };
    try {
      await monitor.aim([netns]);
      let on = 0;
      await vi.waitFor(() => {
        on += 1;
        shell(`ip -n ${netns} addr replace 10.9.9.${on}/32 dev lo`);
        expect(told).toContain(netns);
      });
      await changes(`ip -n ${netns} link set v0 up; ip -n ${netns} link set v0 down`);
      await changes(`ip -n ${other} link set v1 up; ip -n ${other} link set v1 down`);
      told.length = 0;
      shell(`ip netns del ${netns} && ip netns add ${netns}`);
      await vi.waitFor(() => expect(told).toContain(netns));
    } finally {
      monitor.stop();
    }
  });
});
