import { budgets } from '../../api/budgets.ts';
import { type Condition, conditionOf, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { TenantRoom } from '../board/tenant-room.ts';
import { no } from './export-readiness.ts';

/** The budget of a namespace, and how many statements it recently withdrew. */
type Room = TenantRoom & { readonly own: number; readonly withdrawn: number };

/** The usage of a namespace and the remedy, for its owners. */
const usage = ({ used, most, withdrawn }: Room, { metadata: { namespace }, spec: { slice } }: ServiceExport): string => {
  const remembered = withdrawn === 0 ? '' : ` (${withdrawn} of them for exports that were deleted in the last 7 days)`;
  return `Namespace ${namespace} has ${used} of the ${most} statements about exports that it may have in slice ${slice}${remembered}`;
};

/** The condition of an export for which its namespace has no budget left. */
export const budgetReached = (room: Room, exported: ServiceExport): Verdict =>
  no(
    'BudgetReached',
    `${usage(room, exported)}, so this export is not offered; delete unneeded exports, or move some to another namespace of the slice.`,
  );

/**
 * The condition `NearBudget`: an export that was created when its namespace had used most of its budget has it, until there is room again. Older
 * exports do not, or one new export would write all of them. None for an export that never had it (`before`: its conditions).
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
          message: `${usage(room, exported)}; exports beyond that are not offered.`,
        }
      : undefined;
  return exceptionVerdicts(before, near, {
    type,
    status: 'False',
    reason: 'Exported',
    message: 'The namespace has room for more exports.',
  });
};
