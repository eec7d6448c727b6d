import { slicePeerKind } from '../../../api/kinds.ts';
import { sliceLabel } from '../../../api/labels.ts';
import { keptNoticeName, type NoticeSpec } from '../../../api/notice/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import { type SlicePeer, slicePeerName } from '../../../api/slicepeer/type.ts';
import { entryOf, statementOf } from '../../../exchange/ledger/ledger.ts';
import { publishedBy } from '../../../exchange/notice/publication.ts';
import type { Statement } from '../../../exchange/statement/statement.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { watching } from '../../../loop/watching.ts';
import { planSlicePeer } from '../../../plan/membership/slice-objects.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
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
      // Agents verify the signed form, which is stored a moment after the statement is in force.
      watching(local.notices, ({ object: { spec, metadata } }) =>
        spec.kind === 'Node' && metadata.labels?.[sliceLabel] === slice ? [`${spec.cluster}/${spec.subject}`] : [],
      ),
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
      const signed = signedForm(session, statement);
      // Stored in a moment; then this is queued again.
      if (signed === undefined) return;
      const desired = planSlicePeer(slice, statement, signed);
      await applyObject(local.client, slicePeerKind, desired, { fieldManager, signal, ...(seen === undefined ? {} : { seen }) });
    },
  };
};

/**
 * The stored signed form of a statement in force; undefined while another one is stored. Own statements are in force before they are signed, so these
 * are compared by content.
 */
const signedForm = (session: Session, one: Statement<'Node'>): NoticeSpec | undefined => {
  const { local, slice, hub } = session;
  const ref = { kind: one.kind, cluster: one.cluster, subject: one.subject };
  const kept = local.notices.get(`${memberNamespace}/${keptNoticeName(slice, ref)}`)?.spec;
  if (kept === undefined) return undefined;
  if (one.cluster !== hub.cluster)
    return entryOf(session.ledger(), ref)?.digest === sha256Hex(Buffer.from(kept.statement, 'utf8')) ? kept : undefined;
  const published = publishedBy(kept, session.grant.sliceUID);
  return published !== 'overwritten' && published.body === canonicalJson(one.body) ? kept : undefined;
};
