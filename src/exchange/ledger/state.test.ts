import { expect, it } from 'vitest';
import { nodeBody, slice, start } from '../../../test/exchange/author.ts';
import { draftStatement } from '../trust/issue.ts';
import { emptyLedger, keyOwner, statementOf } from './ledger.ts';
import { state } from './state.ts';

const draft = { kind: 'Node', subject: 'n1', ...slice } as const;
const here = { cluster: 'here', project: 'default' };
const node = draftStatement(here, { ...draft, serial: 1, body: nodeBody('n1', ['10.0.0.0/26']) }, start);

it('what the own cluster states is in force without judgement, for as long as it is stated', () => {
  const ledger = state(emptyLedger, node, start);
  expect(statementOf(ledger, 'Node', 'here', 'n1')).toEqual(node);
  const publicKey = 'body' in node ? node.body.publicKey : '';
  expect(keyOwner(ledger, publicKey, { cluster: 'west', node: 'n1' })).toEqual({ cluster: 'here', node: 'n1' });
  expect(state(ledger, draftStatement(here, { ...draft, serial: 2, body: undefined }, start), start)).toEqual(emptyLedger);
});
