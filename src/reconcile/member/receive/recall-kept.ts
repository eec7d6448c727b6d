import type { NoticeSpec } from '../../../api/notice/type.ts';
import { recall, restate } from '../../../exchange/judgement/recall.ts';
import { revise } from '../../../exchange/judgement/revise.ts';
import { emptyLedger, type Ledger } from '../../../exchange/ledger/ledger.ts';
import type { Session } from '../session/session.ts';
import type { Belief } from './belief.ts';
import { exchangeContext } from './exchange-context.ts';
import type { KeptNotices } from './kept-notices.ts';

/**
 * Recalls what this cluster accepted before its restart, judged in the current context.
 *
 * @returns notices that are unreadable or belong to an earlier slice of the same name.
 */
export const recallKept = (session: Session, statements: Belief, kept: KeptNotices): readonly NoticeSpec[] => {
  const context = exchangeContext(session);
  const foreign: NoticeSpec[] = [];
  let ledger: Ledger = emptyLedger;
  for (const { spec, metadata } of kept.list()) {
    const created = Date.parse(metadata.creationTimestamp ?? '');
    const since = Number.isNaN(created) ? context.now : created;
    const known = spec.cluster === context.cluster ? restate(ledger, spec, context) : recall(ledger, spec, since, context);
    if (known === undefined) foreign.push(spec);
    else ledger = known;
  }
  for (const cluster of ledger.clusters.keys()) ledger = revise(ledger, cluster, context).ledger;
  statements.become(ledger, []);
  return foreign;
};
