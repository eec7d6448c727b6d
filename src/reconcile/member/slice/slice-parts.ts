import { budgets } from '../../../api/budgets.ts';
import type { ControllerOptions } from '../../../loop/controller.ts';
import { createPace } from '../../../loop/pace.ts';
import { measureSlice, type SliceMeasures } from '../../../plan/measures/slice.ts';
import type { AskListeners } from '../peers/ask-agent.ts';
import { exportNotices } from '../publish/export-notices.ts';
import { links } from '../publish/links.ts';
import { nodeNotices } from '../publish/node-notices.ts';
import { createOwnNotices, keepOwn } from '../publish/own-notices.ts';
import { publisher, renewalEveryMs } from '../publish/publish.ts';
import { followTenants } from '../publish/tenants.ts';
import { withdrawnThrough } from '../publish/withdrawn-through.ts';
import { createAuthorTurns } from '../receive/author-turns.ts';
import { keepAccepted } from '../receive/keep-accepted.ts';
import type { KeptNotices } from '../receive/kept-notices.ts';
import type { PassedOn } from '../receive/passed-on.ts';
import { receiver } from '../receive/receive.ts';
import { createRefusals, refusalReport } from '../receive/refusals.ts';
import { revision } from '../receive/revision.ts';
import { importedSlices } from '../services/imported-slices.ts';
import { importedServices } from '../services/imports.ts';
import { createListenerWatch } from '../services/listener-watch.ts';
import { nodeCertificates } from '../services/node-certificates.ts';
import { peers } from '../services/peers.ts';
import { addressesOfSlice } from '../services/service-addresses.ts';
import type { Session } from '../session/session.ts';
import { budgetReport } from './budget-report.ts';
import { grants } from './grants.ts';
import { reservedBlocksReport } from './reserved-blocks.ts';

/** One of the controllers of a slice. */
export interface Part extends Pick<ControllerOptions, 'name' | 'watches' | 'reconcile' | 'resync' | 'laneOf' | 'concurrency'> {
  /** Keys of all local objects, including those of an earlier run: queued at the start, and again when the whole board was read. */
  readonly held?: () => Iterable<string>;
}

/** The inputs of the controllers, beside the session. */
export interface PartsInput {
  readonly kept: KeptNotices;
  readonly passedOn: PassedOn;
  readonly onRead: (notice: string) => void;
  /** Whether a controller has nothing to do. */
  readonly isIdle: (controller: string) => boolean;
  /** Measures the metrics of the slice until its session ends. */
  readonly measure: (source: () => SliceMeasures) => void;
  readonly askListeners: AskListeners;
}

/** The controllers of a slice. */
export const partsOf = (session: Session, { kept, passedOn, onRead, isIdle, measure, askListeners }: PartsInput): readonly Part[] => {
  const { slice, clock } = session;
  const { metrics } = session.local;
  const refusals = createRefusals(clock, (cluster) => metrics.add('statementRefusals', { slice, cluster }));
  const reporting = links(session, refusals);
  measure(() =>
    measureSlice({ slice, report: reporting.report(), ledger: session.ledger(), refused: refusals.byAuthor(clock.monotonic()) }),
  );
  const addresses = addressesOfSlice(session);
  const listeners = createListenerWatch(session, { ask: askListeners, random: Math.random });
  const own = createOwnNotices(kept, session.hub.cluster);
  const [pace, turns, tenants] = [
    createPace(budgets.writes, session.clock),
    createAuthorTurns(budgets.reads),
    followTenants(session.outbox, own),
  ];
  const publishing = publisher(session, own, pace);
  const isPublished = (): boolean => isIdle('export-notice') && isIdle('node-notice') && publishing.isPublished();
  const { keeping, controller: storing } = keepAccepted(session, kept, createAuthorTurns(budgets.followUps));
  return [
    // What this cluster publishes …
    ...grants(session, isPublished),
    nodeNotices(session, refusals),
    ...exportNotices(session, tenants, listeners),
    listeners.controller,
    reporting,
    ...publishing.controllers,
    keepOwn(own, kept, session.hub.cluster, renewalEveryMs),
    withdrawnThrough(session, isPublished),
    // … what the others publish …
    receiver(session, { keeping, refusals, passedOn, turns, onRead }),
    storing,
    revision(session, kept),
    refusalReport(session, refusals),
    budgetReport(session, { pace, turns, tenants, notices: publishing.notices }),
    reservedBlocksReport(session),
    // … and the consequences.
    nodeCertificates(session),
    peers(session),
    importedSlices(session, refusals, addresses),
    importedServices(session, addresses, createAuthorTurns(budgets.followUps)),
  ];
};
