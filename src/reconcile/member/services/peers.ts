import { slicePeerKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { type SlicePeer, slicePeerName } from '../../../api/slicepeer/type.ts';
import { statementOf } from '../../../exchange/ledger/ledger.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { watching } from '../../../loop/watching.ts';
import { planSlicePeer } from '../../../plan/membership/slice-objects.ts';
import { fieldManager } from '../cluster/local-world.ts';
import { isUnknown, type Session } from '../session/session.ts';

/** Mirrors the other nodes of the slice, and the own ones, into objects for the agents of this cluster. The key is cluster/node. */
export const peers = (session: Session) => {
  const { local, slice, statements } = session;
  const keyOf = (peer: SlicePeer): string => `${peer.spec.cluster}/${peer.spec.node}`;
  return {
    name: 'peer',
    laneOf: (key: string) => key.slice(0, key.indexOf('/')),
    held: () => local.slicePeers.byIndex('slice', slice).map(keyOf),
    watches: [
      watching(statements, (change) => (change.kind === 'Node' ? [`${change.cluster}/${change.subject}`] : [])),
      // Another writer may have edited or deleted what only the worker writes.
      watching(local.slicePeers, (change) => (change.object.spec.slice === slice ? [keyOf(change.object)] : [])),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const slash = key.indexOf('/');
      const [cluster, node] = [key.slice(0, slash), key.slice(slash + 1)];
      const name = slicePeerName(slice, cluster, node);
      const seen = local.slicePeers.get(`${memberNamespace}/${name}`);
      const statement = statementOf(session.ledger(), 'Node', cluster, node);
      if (statement === undefined) {
        if (seen === undefined || isUnknown(session, { kind: 'Node', cluster, subject: node })) return;
        await remove(local.client, slicePeerKind, seen.metadata, signal);
        return;
      }
      const desired = planSlicePeer(slice, statement);
      await applyObject(local.client, slicePeerKind, desired, { fieldManager, signal, ...(seen === undefined ? {} : { seen }) });
    },
  };
};
