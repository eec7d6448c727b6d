import { describe, expect, it } from 'vitest';
import { nodeBody, slice, start } from '../../../test/exchange/author.ts';
import { budgets } from '../../api/budgets.ts';
import { createEntry } from '../ledger/entry.ts';
import { emptyLedger, type Ledger, withEntries } from '../ledger/ledger.ts';
import { draftStatement } from '../trust/issue.ts';
import { overBudget, tooManyKept } from './budget.ts';

const entries = (prefix: string, count: number, inForce: boolean) => {
  const body = nodeBody('n', ['10.0.0.0/26']);
  const stated = draftStatement({ cluster: 'east', project: 'default' }, { kind: 'Node', subject: 'n', body, serial: 1, ...slice }, start);
  const entry = { ...createEntry(stated, '', start, []), inForce };
  return Array.from({ length: count }, (_, index) => [`${prefix}${index}`, entry] as const);
};
/** A cluster with so many nodes in force, and so many that ended. */
const ledgerOf = (used: number, ended: number): Ledger =>
  withEntries(
    emptyLedger,
    { kind: 'Node', cluster: 'east' },
    new Map([...entries('n', used, true), ...entries('old', ended, false)]),
    start,
  );
const about = (subject: string, cluster = 'east', kind: 'Node' | 'Links' = 'Node') => ({ kind, cluster, subject });

describe('a member with all the nodes that it may have', () => {
  const full = ledgerOf(budgets.nodes, 3);
  it.each([
    ['may restate one', about('n0'), undefined],
    ['may have no further one', about('new'), 'OverBudget'],
    ['nor one that ended', about('old0'), 'OverBudget'],
    ['is nobody else', about('new', 'west'), undefined],
    ['may report', about('east', 'east', 'Links'), undefined],
  ])('%s', (_, ref, code) => {
    expect(overBudget(ref, full)?.code).toBe(code);
  });

  it('may have another once one ended', () => {
    const next = withEntries(full, { kind: 'Node', cluster: 'east' }, new Map([['n0', undefined]]), start);
    expect(overBudget(about('new'), next)).toBeUndefined();
    const ended = withEntries(full, { kind: 'Node', cluster: 'east' }, new Map(entries('n', 1, false)), start);
    expect(overBudget(about('new'), ended)).toBeUndefined();
  });

  it('is told what it waits for', () => {
    expect(overBudget(about('new'), full)?.waitsFor).toEqual(['Budget/Node/east']);
  });
});

describe('a member with as many subjects as are remembered', () => {
  const full = ledgerOf(1, budgets.nodes * budgets.endedPerLimit - 1);
  it('gets no further one, but may end and restate those', () => {
    expect(tooManyKept(about('new'), full)?.code).toBe('OverBudget');
    expect(overBudget(about('new'), full)?.code).toBe('OverBudget');
    expect(tooManyKept(about('n0'), full)).toBeUndefined();
    expect(overBudget(about('old0'), full)).toBeUndefined();
  });
});
