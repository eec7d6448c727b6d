import { expect, it } from 'vitest';
import type { ObservedTunnel } from '../../kernel/port.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { Failure } from '../../values/failure.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { createTunnelMeasures } from './tunnel-measures.ts';

const network = (slice: string): SliceNetwork => ({ slice, peers: [{ name: 'east/n1', publicKey: 'K' }] }) as unknown as SliceNetwork;

it('reads each tunnel when asked, not more often than every 5 s, and leaves out the one that cannot be read', async () => {
  const clock = handClock();
  const metrics = createMetrics();
  let reads = 0;
  const bytes = { receivedBytes: 100, sentBytes: 7 };
  const observe = async ({ slice }: SliceNetwork): Promise<ObservedTunnel> => {
    reads += 1;
    if (slice === 'broken') throw new Failure('CommandFailed', 'no');
    return { peers: [{ publicKey: 'K', latestHandshake: clock.now() / 1_000 - 9, ...bytes }] } as unknown as ObservedTunnel;
  };
  const networks = () => [network('broken'), network('blue')];
  const kernel = { observe } as unknown as Parameters<typeof createTunnelMeasures>[0]['kernel'];
  metrics.measure(createTunnelMeasures({ kernel, networks, metrics, clock, lifetime: new AbortController().signal }));
  await Promise.all([metrics.text(), metrics.text()]);
  const text = await metrics.text();
  expect(reads).toBe(2);
  expect(text).toContain('kubeslice_node_handshake_age_seconds{slice="blue",cluster="east"} 9');
  expect(text).not.toContain('slice="broken"');
  expect(text).toContain('kubeslice_node_tunnel_received_bytes_total{slice="blue"} 100');
  bytes.receivedBytes = 150;
  clock.advance(6_000);
  expect(await metrics.text()).toContain('kubeslice_node_tunnel_received_bytes_total{slice="blue"} 150');
  expect(reads).toBe(4);
});
