import { expect, test } from 'vitest';
import { createMetrics } from '../../telemetry/metrics.ts';
import { QueryCounts } from './query-counts.ts';

test('counts reach the metrics when flushed, each once', async () => {
  const metrics = createMetrics();
  const counts = new QueryCounts(metrics);
  for (let index = 0; index < 3; index++) counts.answered('udp', 'A', 'NOERROR');
  counts.answered('tcp', 'AAAA', 'NXDOMAIN');
  counts.truncated('udp');
  counts.dropped('tcp', 'idle');
  counts.connections(2);
  expect(await metrics.text()).not.toContain('kubeslice_dns_responses_total{');
  counts.flush();
  counts.flush();
  counts.answered('udp', 'A', 'NOERROR');
  counts.flush();
  const text = await metrics.text();
  expect(text).toContain('kubeslice_dns_responses_total{transport="udp",type="A",code="NOERROR"} 4');
  expect(text).toContain('kubeslice_dns_responses_total{transport="tcp",type="AAAA",code="NXDOMAIN"} 1');
  expect(text).toContain('kubeslice_dns_truncated_total{transport="udp"} 1');
  expect(text).toContain('kubeslice_dns_dropped_total{transport="tcp",reason="idle"} 1');
  expect(text).toContain('kubeslice_dns_connections 2');
});
