import { memberNamespace } from '../../../api/places.ts';
import { watching } from '../../../loop/watching.ts';
import { withholdingVerdicts } from '../../../plan/board/withholding.ts';
import { writeConditions } from '../session/local-condition.ts';
import type { Session } from '../session/session.ts';
import type { BoardComparison } from './board-comparison.ts';

/** Reports in the local slice the clusters of which the hub withholds something, and since when. There is one key. */
export const hubWithholds = (session: Session, comparison: BoardComparison) => {
  const { local, slice: name, clock } = session;
  return {
    name: 'hub-withholds',
    held: () => ['hub'],
    watches: [watching(comparison, () => ['hub']), watching(local.slices, ({ object }) => (object.metadata.name === name ? ['hub'] : []))],
    reconcile: async (_key: string, signal: AbortSignal): Promise<void> => {
      const slice = local.slices.get(`${memberNamespace}/${name}`);
      if (slice === undefined) return;
      await writeConditions(local, slice, withholdingVerdicts(slice.status?.conditions, comparison.withheld()), clock, signal);
    },
  };
};
