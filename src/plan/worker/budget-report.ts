import { budgets } from '../../api/budgets.ts';
import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { StatementKind } from '../../api/notice/type.ts';

/** How much of the budgets of a slice is used up, as one of its clusters sees it. */
export interface BudgetUse {
  /** Name of the cluster that looks. */
  readonly cluster: string;
  /** Statements in force by author. */
  readonly statements: ReadonlyMap<string, Readonly<Record<StatementKind, number>>>;
  /** Places that the own notices take on the board. */
  readonly notices: number;
  /** What the own namespaces have of the statements about exports, and may have. */
  readonly namespaces: readonly { readonly namespace: string; readonly used: number; readonly most: number }[];
  /** Own writes had to wait for their pace lately. */
  readonly isWritingPaced: boolean;
  /** Authors whose changes had to wait for their turn lately. */
  readonly pacedAuthors: readonly string[];
}

/** One budget of one author. */
interface Budget {
  readonly what: string;
  readonly used: number;
  readonly most: number;
}

/** Budgets that the message spells out, the fullest first. */
const shown = 10;

const budgetsOf = ({ cluster, statements, notices, namespaces }: BudgetUse): Budget[] => [
  ...[...statements].flatMap(([author, used]): Budget[] => [
    { what: `nodes of cluster ${author}`, used: used.Node, most: budgets.nodes },
    { what: `exports of cluster ${author}`, used: used.Export, most: budgets.exports },
    { what: `statements about further endpoints of cluster ${author}`, used: used.Endpoints, most: budgets.shards },
  ]),
  { what: `notices of cluster ${cluster} on the board`, used: notices, most: budgets.notices },
  ...namespaces.map(({ namespace, used, most }) => ({
    what: `statements about exports of namespace ${namespace} of cluster ${cluster}`,
    used,
    most,
  })),
];

const fullness = ({ used, most }: Budget): number => (most === 0 ? 1 : used / most);

/**
 * The condition `WithinBudgets`: which author has used up, or nearly, which of its budgets, and whose rate is reached. Nothing while all is well and
 * always was (`before`: the conditions as they are).
 *
 * ```
 * a budget is used up, or a rate is reached    False  BudgetReached
 * a budget is used up by four fifths           True   BudgetNear
 * otherwise                                    True   Accepted
 * ```
 */
export const planBudgetReport = (use: BudgetUse, before: readonly Condition[] | undefined): Verdict[] => {
  const type = 'WithinBudgets';
  const near = budgetsOf(use)
    .filter((budget) => fullness(budget) >= budgets.nearShare && budget.used > 0)
    .toSorted((a, b) => fullness(b) - fullness(a));
  const paced = [
    ...(use.isWritingPaced
      ? [`writes of cluster ${use.cluster} wait, since it writes ${budgets.writes.perSecond} notices a second at the most`]
      : []),
    ...use.pacedAuthors.map(
      (author) => `changes of cluster ${author} wait, since ${budgets.reads.perSecond} of one author are verified a second at the most`,
    ),
  ];
  const sentences = [...paced, ...near.map(({ what, used, most }) => `${used} of ${most} ${what}`)];
  const more = sentences.length > shown ? `; and ${sentences.length - shown} more` : '';
  const message = `${sentences.slice(0, shown).join('; ')}${more}.`;
  const isReached = paced.length > 0 || near.some((budget) => fullness(budget) >= 1);
  const exception: Verdict | undefined =
    sentences.length === 0
      ? undefined
      : isReached
        ? { type, status: 'False', reason: 'BudgetReached', message }
        : { type, status: 'True', reason: 'BudgetNear', message };
  return exceptionVerdicts(before, exception, {
    type,
    status: 'True',
    reason: 'Accepted',
    message: 'No cluster of the slice is near one of its budgets.',
  });
};
