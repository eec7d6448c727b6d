import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';

const type = 'PoliciesServed';
const where = { hub: 'The hub', member: 'This cluster' } as const;
const again = { hub: '"kubeslice install"', member: '"kubeslice join"' } as const;

/**
 * The condition of a cluster whose API server has no definition of AccessPolicy, because it is older than the program or was removed; none where it was
 * never missing. `before` are the current conditions.
 */
export const servedVerdicts = (side: keyof typeof where, served: boolean, before: readonly Condition[] | undefined): Verdict[] =>
  exceptionVerdicts(
    before,
    served
      ? undefined
      : {
          type,
          status: 'False',
          reason: 'DefinitionMissing',
          message: `${where[side]} has no definition of AccessPolicy, so that nobody can write one there; a slice that denies by default goes on to do so. Upgrade the chart, or run ${again[side]} again.`,
        },
    { type, status: 'True', reason: 'Accepted', message: `${where[side]} has the definition of AccessPolicy.` },
  );
