import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../host/run.ts';
import type { PodAttachment } from '../../plan/facts/slice-network.ts';
import { RealNode, realKernel } from '../fixtures/real-node.ts';
import { closedPorts } from './listeners.ts';

const real = await realKernel();
if ('obstacle' in real) console.log(`skipped: listeners of pods: ${real.obstacle}`);

const { signal } = new AbortController();
const address = '10.77.0.7';
const program = `
  const { createServer, connect } = require('node:net');
  const at = [[8080, '0.0.0.0'], [8081, '::'], [8082, '127.0.0.1'], [8083, '${address}'], [8084, '192.0.2.9']];
  let left = at.length + 1;
  const ready = () => { left -= 1; if (left === 0) console.log('listens'); };
  for (const [port, host] of at) createServer().listen(port, host, ready);
  createServer().listen({ port: 8085, host: '::', ipv6Only: true }, ready);
`;

describe.skipIf('obstacle' in real)('listeners of a pod', () => {
  let node: RealNode;
  let pod: PodAttachment;
  let server: ReturnType<typeof spawn>;

  beforeAll(async () => {
    if ('obstacle' in real) return;
    node = new RealNode('listen', real.tunnelProgram);
    pod = node.pod('a', address);
    node.inPod(pod, `ip addr add ${address}/32 dev lo`);
    node.inPod(pod, 'ip addr add 192.0.2.9/32 dev lo');
    server = spawn('nsenter', [`--net=${pod.netns}`, process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout !== null) await once(server.stdout, 'data');
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await node?.close();
  });

  const closed = (...ports: number[]) => closedPorts(run, { netns: pod.netns, address, ports }, signal);

  it('are those that the slice address reaches, and no connection is made to find out', async () => {
    expect(await closed(8080, 8081, 8083)).toEqual([]);
    expect(await closed(8080, 8082, 8084, 8085, 9999)).toEqual([8082, 8084, 8085, 9999]);
  });

  it('are not reported where rules redirect connections', async () => {
    node.inPod(pod, "nft 'table ip mesh { chain in { type nat hook prerouting priority -100; tcp dport 9999 redirect to :8080; }; }'");
    expect(await closed(8080)).toEqual([]);
    expect(await closed(9999)).toBeUndefined();
    node.inPod(pod, 'nft delete table ip mesh');
    expect(await closed(9999)).toEqual([9999]);
  });

  it('cost the node little', async () => {
    const began = performance.now();
    for (let times = 0; times < 20; times += 1) await closed(8080);
    console.log(`the listeners of a pod were read in ${((performance.now() - began) / 20).toFixed(1)} ms`);
  });
});
