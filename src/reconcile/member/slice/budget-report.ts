import { memberNamespace } from '../../../api/places.ts';
import type { Pace } from '../../../loop/pace.ts';
import { watching } from '../../../loop/watching.ts';
import { planBudgetReport } from '../../../plan/board/budget-report.ts';
import { tenantRoom } from '../../../plan/board/tenant-room.ts';
import type { Tenants } from '../publish/tenants.ts';
import type { AuthorTurns } from '../receive/author-turns.ts';
import { writeConditions } from '../session/local-condition.ts';
import type { Session } from '../session/session.ts';

/** Shortest interval of reports, in milliseconds: every changed statement triggers one. */
const gapMs = 2_000;
/** How long after the last wait a rate counts as reached, and how often that is checked, in milliseconds. */
const heldMs = 30_000;

/** The inputs of the report, beside the session. */
interface BudgetParts {
  readonly pace: Pace;
  readonly turns: AuthorTurns;
  readonly tenants: Tenants;
  /** Slots that the cluster's own notices take on the board. */
  readonly notices: () => number;
}

/** Reports in the local slice which authors have reached, or nearly reached, which budgets and rates. There is one key. */
export const budgetReport = (session: Session, { pace, turns, tenants, notices }: BudgetParts) => {
  const { local, slice: name, clock, hub } = session;
  let at = Number.NEGATIVE_INFINITY;
  return {
    name: 'budgets',
    resync: { everyMs: heldMs, keys: () => ['budgets'] },
    watches: [
      watching(session.statements, () => ['budgets']),
      watching(local.slices, ({ object }) => (object.metadata.name === name ? ['budgets'] : [])),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const now = clock.monotonic();
      if (at + gapMs > now) return { againMs: Math.ceil(at + gapMs - now) };
      at = now;
      const slice = local.slices.get(`${memberNamespace}/${name}`);
      if (slice === undefined) return undefined;
      const tenantUse = tenants.use(session.grant.namespaces.length);
      const verdicts = planBudgetReport(
        {
          cluster: hub.cluster,
          statements: new Map([...session.ledger().clusters].map(([author, { used }]) => [author, used])),
          notices: notices(),
          namespaces: [...tenantUse.used.keys()].map((namespace) => ({ namespace, ...tenantRoom(tenantUse, namespace) })),
          isWritingPaced: (pace.heldAt() ?? Number.NEGATIVE_INFINITY) >= now - heldMs,
          pacedAuthors: turns.heldSince(now - heldMs),
        },
        slice.status?.conditions,
      );
      await writeConditions(local, slice, verdicts, clock, signal);
      return undefined;
    },
  };
};
