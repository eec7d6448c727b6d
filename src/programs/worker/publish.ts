import { noticeKind } from '../../api/kinds.ts';
import { clusterLabel, managedBy, managedByLabel, sliceLabel, statementLabel } from '../../api/labels.ts';
import type { Statement, StatementBodies } from '../../api/notice/statement.ts';
import { type Notice, type NoticeSpec, noticeName, type StatementKind } from '../../api/notice/type.ts';
import { issueStatement, statementLifetimeMs } from '../../identity/issue-statement.ts';
import { nextSerial } from '../../identity/serial.ts';
import { verifyStatement } from '../../identity/verify-statement.ts';
import { remove } from '../../kubernetes/remove.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { Failure } from '../../values/failure.ts';
import { createSaid, type Said } from './said.ts';
import type { Session } from './session.ts';

/**
 * How often every statement is looked at though nothing changes, in milliseconds: they expire, and a quiet cluster must renew them too; and what
 * somebody took off the board is said again. Not at once, or a cluster that is being removed from the hub would say it again.
 */
export const renewalEveryMs = 300_000;

/** Publishes what this cluster says: one write on the hub for a change, none when nothing changed. */
export interface Publisher {
  /** Says it, or takes it back when the body is undefined. The cluster's own use of it does not wait for the hub. */
  publish<K extends StatementKind>(kind: K, subject: string, body: StatementBodies[K] | undefined, signal: AbortSignal): Promise<void>;
}

/** A publisher for the slice of a session. */
export const createPublisher = (session: Session): Publisher => {
  const { grant, hub, clock, authority, board, statements } = session;
  const namespace = grant.exchangeNamespace;
  let serial = 0;
  const said = createSaid();
  board.subscribe(({ type, object: { metadata, spec } }) => said.shown(metadata.name, type === 'deleted' ? undefined : spec));

  /** What a notice on the board says, if it is this cluster that says it: everybody else can write there as well, in the worst case. */
  const saidBy = (spec: NoticeSpec): Said | undefined => {
    const expected = { slice: grant.slice, sliceUID: grant.sliceUID, kind: spec.kind, subject: spec.subject };
    const verified = verifyStatement(spec, authority, expected, undefined, clock.now());
    if (!verified.ok) return undefined;
    const { body, issuedAt } = verified.statement;
    return { body: canonicalJson(body), issuedAt: Date.parse(issuedAt) };
  };

  const write = async (notice: Notice, exists: boolean, signal: AbortSignal): Promise<void> => {
    const patch = { spec: notice.spec };
    try {
      if (exists) await hub.client.mergePatch(noticeKind, notice.metadata, patch, { signal });
      else await hub.client.create(noticeKind, notice, { signal });
    } catch (error) {
      if (Failure.is(error, 'AlreadyExists')) await hub.client.mergePatch(noticeKind, notice.metadata, patch, { signal });
      else if (exists && Failure.is(error, 'NotFound')) await hub.client.create(noticeKind, notice, { signal });
      else throw error;
    }
  };

  return {
    publish: async (kind, subject, body, signal) => {
      const name = noticeName(hub.cluster, kind, subject);
      const seen = board.get(`${namespace}/${name}`);
      if (body === undefined) {
        statements.drop(kind, hub.cluster, subject);
        if (seen === undefined && said.get(name) === undefined) return;
        await remove(hub.client, noticeKind, { namespace, name }, signal);
        said.forget(name);
        return;
      }
      const now = clock.now();
      const text = canonicalJson(body);
      const mine = said.get(name);
      const last = mine === 'altered' ? undefined : (mine ?? (seen === undefined ? undefined : saidBy(seen.spec)));
      if (mine === undefined && last !== undefined && seen !== undefined) said.found(name, last, seen.spec);
      const known = statements.get(kind, hub.cluster, subject);
      const fresh = last !== undefined && last.body === text && now - last.issuedAt < statementLifetimeMs / 2;
      if (fresh && known !== undefined) return;
      serial = nextSerial(serial, now);
      const signed = issueStatement(authority, { kind, slice: grant.slice, sliceUID: grant.sliceUID, subject, body, serial }, now);
      if (known === undefined || canonicalJson(known.body) !== text) statements.put(JSON.parse(signed.statement) as Statement);
      if (fresh) return;
      const notice: Notice = {
        apiVersion: 'exchange.kubeslice.io/v1alpha1',
        kind: 'Notice',
        metadata: {
          name,
          namespace,
          labels: {
            [clusterLabel]: hub.cluster,
            [sliceLabel]: grant.slice,
            [statementLabel]: kind.toLowerCase(),
            [managedByLabel]: managedBy,
          },
        },
        spec: { cluster: hub.cluster, kind, subject, ...signed },
      };
      said.writing(name, { body: text, issuedAt: now }, signed);
      try {
        await write(notice, seen !== undefined || mine !== undefined, signal);
      } catch (error) {
        said.forget(name);
        throw error;
      }
    },
  };
};
