import { memberNamespace } from '../../../api/places.ts';
import { watching } from '../../../loop/watching.ts';
import { reservedBlocks, reservedVerdicts } from '../../../plan/ipam/reserved-blocks.ts';
import { exchangeContext } from '../receive/exchange-context.ts';
import { writeConditions } from '../session/local-condition.ts';
import type { Session } from '../session/session.ts';

/** Reports in the local slice which blocks stay reserved for removed clusters. There is one key. */
export const reservedBlocksReport = (session: Session) => {
  const { local, slice: name, clock } = session;
  const key = 'blocks';
  return {
    name: 'reserved-blocks',
    held: () => [key],
    watches: [
      watching(session.members, () => [key]),
      watching(session.statements, ({ kind }) => (kind === 'Cluster' ? [key] : [])),
      watching(local.slices, ({ object }) => (object.metadata.name === name ? [key] : [])),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<void> => {
      const slice = local.slices.get(`${memberNamespace}/${name}`);
      // Before the memberships are read it is unknown who was removed.
      if (slice === undefined || !session.members.isSynced()) return;
      const reserved = reservedBlocks(session.ledger(), exchangeContext(session).member);
      await writeConditions(local, slice, reservedVerdicts(slice.status?.conditions, reserved), clock, signal);
    },
  };
};
