import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RealNode, realKernel, shell } from '../../src/kernel/fixtures/real-node.ts';

/*
 * F16: every network namespace of a node whose name began like ours was taken for ours and deleted.
 */

const real = await realKernel();
const obstacle = 'obstacle' in real ? real.obstacle : undefined;
if (obstacle !== undefined) console.log(`skipped: namespaces of others: ${obstacle}`);
const signal = new AbortController().signal;

describe.skipIf(obstacle !== undefined)('a namespace of somebody else with a name like ours', () => {
  let node: RealNode;
  let foreign: string;
  beforeEach(() => {
    if ('obstacle' in real) return;
    node = new RealNode('f16', real.tunnelProgram);
    foreign = `${node.name}-s-theirs`;
    shell(`ip netns add ${foreign}`);
  });
  afterEach(async () => {
    await node.close();
    shell(`ip netns del ${foreign}`);
  });
  const names = (): string => shell('ip netns list');

  it('stays when slices come and go, when an agent starts, and when a node is cleaned', async () => {
    const network = node.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] });
    await node.kernel().converge([network], signal);
    await node.kernel().converge([], signal);
    await node.kernel().removeAll(signal);
    expect(names()).toContain(foreign);
    expect(names()).not.toContain(network.netns);
  });

  it('is not taken for a slice of that name', async () => {
    const network = node.network({ slice: 'theirs', router: '10.77.0.1', blocks: ['10.77.0.0/24'] });
    const outcome = await node.kernel().converge([network], signal);
    expect(outcome.failures.get('theirs')?.message).toContain('does not belong to KubeSlice');
    expect(shell(`ip -n ${foreign} -o link`).trim().split('\n')).toHaveLength(1);
  });

  it('one of an older version, which marked nothing, is kept', async () => {
    const network = node.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] });
    await node.kernel().converge([network], signal);
    shell(`rm -r ${node.directory}/namespaces`);
    expect((await node.kernel().converge([network], signal)).changes).toEqual([]);
    await node.kernel().converge([], signal);
    expect(names()).not.toContain(network.netns);
  });
});
