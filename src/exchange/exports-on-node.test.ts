import { expect, it } from 'vitest';
import { endpoints, exportBody } from '../../test/exchange/author.ts';
import { exportsOnNode } from './exports-on-node.ts';
import { emptyLedger, type Ledger, withEntry } from './ledger.ts';
import type { Statement } from './statement/statement.ts';

it('finds the exports with an endpoint on a node, in the first statement or in another part, of that cluster only', () => {
  const stated = (ledger: Ledger, one: Pick<Statement, 'kind' | 'cluster' | 'subject' | 'body'>): Ledger => {
    const claims = { project: 'default', slice: 'app', sliceUID: 'u', serial: 1, issuedAt: '', expiresAt: '' };
    const statement = { version: 2, critical: [], ...claims, ...one } as Statement;
    return withEntry(ledger, one, { stated: statement, digest: '', expiresAt: 1, inForce: true, owns: [] }, 0);
  };
  const on = (name: string, node: string) => exportBody({ name, endpoints: endpoints(['10.0.0.2', node]) });
  let ledger = emptyLedger;
  ledger = stated(ledger, { kind: 'Export', cluster: 'east', subject: 'app-ns/a', body: on('a', 'n1') });
  ledger = stated(ledger, { kind: 'Export', cluster: 'east', subject: 'app-ns/b', body: on('b', 'n2') });
  ledger = stated(ledger, { kind: 'Export', cluster: 'west', subject: 'app-ns/c', body: on('c', 'n1') });
  const part = { namespace: 'app-ns', name: 'b', shard: 3, endpoints: endpoints(['10.0.0.3', 'n1']) };
  ledger = stated(ledger, { kind: 'Endpoints', cluster: 'east', subject: 'app-ns/b/3', body: part });
  expect([...exportsOnNode(ledger, 'east', 'n1')].toSorted()).toEqual(['app-ns/a', 'app-ns/b']);
  expect([...exportsOnNode(ledger, 'east', 'n2')]).toEqual(['app-ns/b']);
});
