import { conditionOf } from '../../../api/condition.ts';
import { memberNamespace } from '../../../api/places.ts';
import type { Source } from '../../../loop/source.ts';
import { watching } from '../../../loop/watching.ts';
import { planHubContact, reportAfterMs } from '../../../plan/board/hub-contact.ts';
import { writeCondition } from '../session/local-condition.ts';
import type { Session } from '../session/session.ts';

/** Reports in the local slice whether the hub answers, and since when and why it does not. There is one key. */
export const hubContact = (session: Session, contact: Source<undefined>) => {
  const { local, slice: name, board, clock, connection } = session;
  return {
    name: 'hub-contact',
    held: () => ['hub'],
    watches: [
      watching(contact, () => ['hub']),
      watching(connection.changes, () => ['hub']),
      watching(local.slices, ({ object }) => (object.metadata.name === name ? ['hub'] : [])),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const slice = local.slices.get(`${memberNamespace}/${name}`);
      const verdict = planHubContact(board.staleSince(), connection.latest('HubReachable'), clock.now());
      if (verdict === undefined) return { againMs: reportAfterMs };
      // A good condition is written only if there was a bad one.
      if (slice === undefined || (verdict.status === 'True' && conditionOf(slice.status?.conditions, verdict.type) === undefined))
        return undefined;
      await writeCondition(local, slice, verdict, clock, signal);
      return undefined;
    },
  };
};
