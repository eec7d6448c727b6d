import { budgets } from '../../api/budgets.ts';
import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { StatementKind } from '../../api/notice/type.ts';

/** How much of the budgets of a slice is used, observed by one of its clusters. */
export interface BudgetUse {
  /** Name of the observing cluster. */
  readonly cluster: string;
  /** Statements in force by author. */
  readonly statements: ReadonlyMap<string, Readonly<Record<StatementKind, number>>>;
  /** Slots that the cluster's own notices take on the board. */
  readonly notices: number;
  /** How many statements about exports its own namespaces have, and may have. */
  readonly namespaces: readonly { readonly namespace: string; readonly used: number; readonly most: number }[];
  /** Its own writes recently had to wait for their rate. */
  readonly isWritingPaced: boolean;
  /** Authors whose changes recently had to wait for their rate. */
  readonly pacedAuthors: readonly string[];
}

/** One budget of one author. */
interface Budget {
  readonly what: string;
  readonly used: number;
  readonly most: number;
}

/** Budgets that the message lists, the fullest first. */
const shown = 10;

const budgetsOf = ({ cluster, statements, notices, namespaces }: BudgetUse): Budget[] => [
  ...[...statements].flatMap(([author, used]): Budget[] => [
    { what: `nodes of cluster ${author}`, used: used.Node, most: budgets.nodes },
    { what: `exports of cluster ${author}`, used: used.Export, most: budgets.exports },
    { what: `statements about more endpoints of cluster ${author}`, used: used.Endpoints, most: budgets.shards },
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
 * The condition `WithinBudgets`: which author has reached, or nearly reached, which of its budgets or rates. No condition if there never was a reason
 * for one (`before`: the current conditions).
 *
 * ```
 * a budget or a rate is reached                False  BudgetReached
 * four fifths of a budget are used             True   BudgetNear
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
      ? [`writes of cluster ${use.cluster} wait, because it writes at most ${budgets.writes.perSecond} notices a second`]
      : []),
    ...use.pacedAuthors.map(
      (author) => `changes of cluster ${author} wait, because at most ${budgets.reads.perSecond} of one author are verified a second`,
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
