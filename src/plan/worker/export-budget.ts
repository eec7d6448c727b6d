import { budgets } from '../../api/budgets.ts';
import { type Condition, conditionOf, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { no } from './export-readiness.ts';
import type { TenantRoom } from './tenant-room.ts';

/** What a namespace has of the budget, and how much of that it withdrew lately. */
type Room = TenantRoom & { readonly own: number; readonly withdrawn: number };

/** What a namespace has, and what helps, for its owners. */
const usage = ({ used, most, withdrawn }: Room, { metadata: { namespace }, spec: { slice } }: ServiceExport): string => {
  const remembered = withdrawn === 0 ? '' : ` (${withdrawn} of them for exports that were deleted in the last 7 days)`;
  return `Namespace ${namespace} has ${used} of the ${most} statements about exports that it may have in slice ${slice}${remembered}`;
};

/** The verdict on an export for which its namespace has no place left. */
export const budgetReached = (room: Room, exported: ServiceExport): Verdict =>
  no(
    'BudgetReached',
    `${usage(room, exported)}, so this export is not offered; delete exports that nobody needs, or move some to another namespace of the slice.`,
  );

/**
 * The condition `NearBudget`: exports that came when their namespace had used most of its part say so, until it has room again. The older ones do not,
 * or one export more would write all of them. Nothing about one that never had it (`before`: its conditions as they are).
 */
export const nearBudgetVerdicts = (
  before: readonly Condition[] | undefined,
  room: Room | undefined,
  exported: ServiceExport,
): Verdict[] => {
  const type = 'NearBudget';
  const had = conditionOf(before, type)?.status === 'True';
  const isNear = room !== undefined && room.used >= room.most * budgets.nearShare;
  const near: Verdict | undefined =
    room !== undefined && isNear && (had || room.own === 0)
      ? {
          type,
          status: 'True',
          reason: 'BudgetNear',
          message: `${usage(room, exported)}; exports that come when none is left are not offered.`,
        }
      : undefined;
  return exceptionVerdicts(before, near, {
    type,
    status: 'False',
    reason: 'Exported',
    message: 'The namespace has room for further exports.',
  });
};
