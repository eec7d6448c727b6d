import { expect, it } from 'vitest';
import type { Statement } from '../../exchange/statement/statement.ts';
import { planSlicePeer } from './slice-objects.ts';

it('a node of another cluster becomes an object that agents find by slice, cluster and node', () => {
  const body = {
    node: 'n1',
    publicKey: 'k',
    endpoints: [{ address: '192.168.7.1', port: 51820 }],
    blocks: ['10.0.1.0/26'],
    addresses: ['10.0.1.1'],
  };
  const times = { issuedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-02T00:00:00Z' };
  const statement: Statement<'Node'> = {
    version: 2,
    critical: [],
    kind: 'Node',
    project: 'p',
    slice: 'app',
    sliceUID: 'u',
    cluster: 'west',
    subject: 'n1',
    serial: 7,
    body,
    ...times,
  };
  const signed = { statement: '{}', signature: 's', chain: ['c'] };
  const { metadata, spec } = planSlicePeer('app', statement, signed);
  expect(metadata).toMatchObject({
    name: 'app.west.n1',
    namespace: 'kubeslice-system',
    labels: { 'kubeslice.io/slice': 'app', 'kubeslice.io/cluster': 'west', 'kubeslice.io/node': 'n1' },
  });
  const { addresses, ...same } = body;
  expect(spec).toEqual({ slice: 'app', cluster: 'west', serial: 7, ...same, router: addresses[0], ...signed });
});
