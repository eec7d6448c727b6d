import { expect, it } from 'vitest';
import { type BudgetUse, planBudgetReport } from './budget-report.ts';

const counts = (Node: number, Export: number, Endpoints = 0) => ({ Cluster: 1, Node, Export, Endpoints, Links: 0 });
const use = (more: Partial<BudgetUse> = {}): BudgetUse => ({
  cluster: 'east',
  statements: new Map([['east', counts(3, 10)]]),
  notices: 15,
  namespaces: [{ namespace: 'app-ns', used: 10, most: 500 }],
  isWritingPaced: false,
  pacedAuthors: [],
  ...more,
});

it.each<[string, Partial<BudgetUse>, string, string, string]>([
  ['an author is near', { statements: new Map([['west', counts(800, 10)]]) }, 'True', 'BudgetNear', '800 of 1000 nodes of cluster west.'],
  [
    'an author is at its limit, and another near',
    {
      statements: new Map([
        ['west', counts(1, 900)],
        ['north', counts(1, 1, 1_000)],
      ]),
    },
    'False',
    'BudgetReached',
    '1000 of 1000 statements about more endpoints of cluster north; 900 of 1000 exports of cluster west.',
  ],
  ['the board is full', { notices: 2_048 }, 'False', 'BudgetReached', '2048 of 2048 notices of cluster east on the board.'],
  [
    'a namespace is at its limit',
    { namespaces: [{ namespace: 'app-ns', used: 501, most: 500 }] },
    'False',
    'BudgetReached',
    '501 of 500 statements about exports of namespace app-ns of cluster east.',
  ],
  [
    'rates are reached',
    { isWritingPaced: true, pacedAuthors: ['west'] },
    'False',
    'BudgetReached',
    'writes of cluster east wait, because it writes at most 5 notices a second; changes of cluster west wait, because at most 10 of one author are verified a second.',
  ],
])('names author and budget when %s', (_, more, status, reason, message) => {
  expect(planBudgetReport(use(more), undefined)).toEqual([{ type: 'WithinBudgets', status, reason, message }]);
});

it('says nothing where all is well and always was, and takes back what it said', () => {
  expect(planBudgetReport(use(), undefined)).toEqual([]);
  const before = [{ type: 'WithinBudgets', status: 'False' as const, reason: 'BudgetReached', message: '', lastTransitionTime: '' }];
  expect(planBudgetReport(use(), before)).toMatchObject([{ status: 'True', reason: 'Accepted' }]);
});

it('stays short, however many are near', () => {
  const statements = new Map(Array.from({ length: 1_000 }, (_, index) => [`cluster-${index}`, counts(1_000, 1_000, 1_000)]));
  const [verdict] = planBudgetReport(use({ statements }), undefined);
  expect(verdict?.message.length).toBeLessThan(1_000);
  expect(verdict?.message).toContain('; and 2990 more.');
});
