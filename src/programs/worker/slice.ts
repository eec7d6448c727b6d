import { budgets } from '../../api/budgets.ts';
import type { Membership } from '../../api/membership/type.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { ExportsOnNode } from '../../exchange/exports-on-node.ts';
import { earlierTimes, noEarlierTimes } from '../../exchange/farewell.ts';
import { emptyLedger, endpointsIn, type Ledger } from '../../exchange/ledger.ts';
import { readNotice } from '../../exchange/notice.ts';
import type { Position } from '../../exchange/notice-page.ts';
import { recall, restate } from '../../exchange/recall.ts';
import { revise } from '../../exchange/revise.ts';
import type { Authority } from '../../identity/authority.ts';
import { type Controller, type ControllerOptions, createController } from '../../loop/controller.ts';
import { createPace } from '../../loop/pace.ts';
import { createSignals } from '../../loop/signals.ts';
import { measureSlice, type SliceMeasures } from '../../plan/measures/slice.ts';
import { afterContact, noContactYet, wasAway } from '../../plan/worker/hub-absence.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import type { AskAgent, AskHeads, AskListeners } from './ask-agent.ts';
import { createAuthorTurns } from './author-turns.ts';
import { type Belief, createBelief } from './belief.ts';
import { createBoardComparison } from './board-comparison.ts';
import { createBoardProgress } from './board-progress.ts';
import { budgetReport } from './budget-report.ts';
import type { ConnectionReport } from './connection-report.ts';
import { exchangeContext } from './exchange-context.ts';
import { exportNotices } from './export-notices.ts';
import { grants } from './grants.ts';
import { readFarewells } from './handed-over.ts';
import type { Hub } from './hub.ts';
import { hubContact } from './hub-contact.ts';
import { hubWithholds } from './hub-withholds.ts';
import { importedSlices } from './imported-slices.ts';
import { importedServices } from './imports.ts';
import { keepAccepted } from './keep-accepted.ts';
import { type KeptNotices, keptNotices } from './kept-notices.ts';
import { createLeftOut } from './left-out.ts';
import { links } from './links.ts';
import { createListenerWatch } from './listener-watch.ts';
import type { LocalWorld } from './local-world.ts';
import { nodeNotices } from './node-notices.ts';
import { createOutbox } from './outbox.ts';
import { createOwnNotices } from './own-notices.ts';
import { createPassedOn, type PassedOn } from './passed-on.ts';
import { readPeers } from './peer-board.ts';
import { peers } from './peers.ts';
import { publisher } from './publish.ts';
import { receiver } from './receive.ts';
import type { ReceivedGrant } from './received-grant.ts';
import { createRefusals, refusalReport } from './refusals.ts';
import { reservedBlocksReport } from './reserved-blocks.ts';
import { revision } from './revision.ts';
import { servicePorts } from './service-ports.ts';
import type { Session } from './session.ts';
import { observeSlice } from './slice-world.ts';
import { followTenants } from './tenants.ts';
import type { Trust } from './trust.ts';
import { followVanished } from './vanished-nodes.ts';
import { withdrawnThrough } from './withdrawn-through.ts';

/** What all sessions share. */
export interface SliceSurroundings {
  readonly hub: Hub;
  readonly local: LocalWorld;
  readonly authority: Authority;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly connection: Pick<ConnectionReport, 'latest' | 'changes'>;
  /** Asks the agents of this cluster for what other members publish. */
  readonly ask: AskAgent;
  /** Asks them for the summaries of it. */
  readonly askHeads: AskHeads;
  /** Asks them who listens in their pods. */
  readonly askListeners: AskListeners;
}

/** How long a start waits for the hub before it goes on without, in milliseconds. */
const hubGraceMs = 5_000;

/**
 * The same for a cluster that published nothing yet: it has nothing to go on with, and the board may have farewells of its earlier authorities, which
 * the first claim must carry because it is written over them.
 */
const firstHubGraceMs = 60_000;

/** Runs the worker's part of one slice until the signal aborts, always with the current grant. */
export const runSlice = async (surroundings: SliceSurroundings, received: ReceivedGrant, signal: AbortSignal): Promise<void> => {
  const { local, hub, clock, authority } = surroundings;
  const { slice, sliceUID } = received.current().membership.spec;
  const log = local.log.with({ slice });
  let controllers: readonly Controller[] = [];
  let contactHistory = noContactYet;
  const contact = createSignals();
  const onContact = (change: 'lost' | 'found'): void => {
    contactHistory = afterContact(contactHistory, change, clock.monotonic());
    contact.emit();
    // What could not be written while the hub was away is written as soon as it is back.
    if (change === 'found') for (const controller of controllers) controller.retryAll();
  };
  const { members, board, pods, services } = observeSlice(hub, local, received.current().membership.spec, log, onContact, signal);
  const statements = createBelief();
  const placed = new ExportsOnNode();
  const progress = createBoardProgress(board, hub.cluster);
  let earlier = noEarlierTimes;
  const session: Session = {
    ...surroundings,
    slice,
    get membership(): Membership {
      return received.current().membership;
    },
    get granted() {
      return received.current().granted;
    },
    get grant() {
      return received.current().membership.spec;
    },
    get sliceNamespaces() {
      return received.current().granted.spec.namespaces;
    },
    grantChanges: received,
    members,
    board,
    pods: (namespace) => pods.of(namespace),
    services: (namespace) => services.of(namespace),
    podChanges: pods,
    serviceChanges: services,
    ledger: () => statements.ledger(),
    statements,
    exportsOnNode: (cluster, node) => placed.of(cluster, node),
    outbox: createOutbox(statements, authority, { slice, sliceUID }, clock),
    get earlier() {
      return earlier;
    },
    vanished: followVanished(local.sliceNodes, slice, signal),
    boardRead: progress.isRead,
    hubWasAway: () => wasAway(contactHistory, clock.monotonic()),
  };

  const observing = [members, board].map((mirror) => mirror.run(signal));
  const kept = keptNotices(local, slice);
  const foreign = recallKept(session, statements, kept);
  // Before anybody else: who follows the statements asks for it.
  statements.subscribe((ref) => placed.set(ref, endpointsIn(session.ledger(), ref)));
  for (const notice of foreign) await kept.forget(notice, signal);
  const followNamespaces = async (): Promise<void> => {
    const { namespaces } = session.grant;
    await Promise.all([pods.follow(namespaces), services.follow(namespaces)]);
  };
  await followNamespaces();
  // What is on the board already need not be written again; but a hub that is away must not stop the work inside the cluster.
  const own = kept.list().flatMap(({ spec }) => (spec.cluster === hub.cluster ? [spec] : []));
  await Promise.race([board.synced(signal), sleep(clock, own.length === 0 ? firstHubGraceMs : hubGraceMs, signal)]);
  const shown = board
    .list()
    .flatMap(({ spec }) => readNotice(spec))
    .filter((spec) => typeof spec !== 'string');
  const handedOver = await readFarewells(hub, log, signal);
  earlier = earlierTimes([...own, ...shown, ...handedOver], authority, { slice, sliceUID }, clock.now());
  session.outbox.raiseSerial(earlier.floor);

  const passedOn = createPassedOn();
  const positions = new Map<string, Position>();
  const { ask, askHeads, askListeners } = surroundings;
  const comparison = createBoardComparison(session, { ask, askHeads, random: Math.random, onNotice: passedOn.offer, positions });
  const isIdle = (name: string): boolean => controllers.find((controller) => controller.name === name)?.isIdle() === true;
  const sources: (() => void)[] = [];
  const measure = (source: () => SliceMeasures): void => void sources.push(local.metrics.measure(source));
  const parts = [
    ...partsOf(session, { kept, passedOn, onRead: progress.done, isIdle, measure, askListeners }),
    hubContact(session, contact),
    hubWithholds(session, comparison),
  ];
  controllers = parts.map((part) => createController({ concurrency: 4, ...part, log, metrics: local.metrics, clock }));
  const running = [
    ...controllers.map((controller) => controller.run(signal)),
    readPeers(
      session,
      { ask: surroundings.ask, random: Math.random, suspects: () => comparison.withheld().map(({ cluster }) => cluster), positions },
      (spec) => {
        comparison.offered(spec);
        passedOn.offer(spec);
      },
      signal,
    ),
    comparison.run(signal),
  ];
  const follow = (): void =>
    void followNamespaces().catch((error: unknown) => (signal.aborted ? undefined : log.error('namespaces cannot be followed', { error })));
  const unsubscribe = received.subscribe(follow);
  // The grant may have changed while the hub was waited for.
  follow();
  const sweep = (): void => {
    for (const [index, { held }] of parts.entries())
      for (const key of held?.() ?? []) controllers[index]?.enqueue(key, { priority: 'low' });
  };
  sweep();
  const publishing = controllers.find(({ name }) => name === 'publish');
  const whenRead = board.synced(signal).then(async () => {
    // Only the board shows which slots are free.
    for (const key of session.outbox.keys()) publishing?.enqueue(key);
    await progress.read(signal);
    sweep();
  });
  try {
    await Promise.all([...observing, ...running, whenRead.catch((error) => (signal.aborted ? undefined : Promise.reject(error)))]);
  } finally {
    for (const stop of sources) stop();
    unsubscribe();
  }
};

/**
 * Takes what this cluster accepted before it was started again, judged under the circumstances of now.
 *
 * @returns what cannot be read or belongs to an earlier slice of the same name.
 */
const recallKept = (session: Session, statements: Belief, kept: KeptNotices): readonly NoticeSpec[] => {
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

/** One of the things that are kept true for a slice. */
interface Part extends Pick<ControllerOptions, 'name' | 'watches' | 'reconcile' | 'resync' | 'laneOf' | 'concurrency'> {
  /** Keys of all local objects, also those of an earlier run: queued at the start, and again when the whole board was read. */
  readonly held?: () => Iterable<string>;
}

/** What the parts need beside the session. */
interface PartsInput {
  readonly kept: KeptNotices;
  readonly passedOn: PassedOn;
  readonly onRead: (notice: string) => void;
  /** Whether a controller has nothing to do. */
  readonly isIdle: (controller: string) => boolean;
  /** Has the metrics of the slice measured until its session ends. */
  readonly measure: (source: () => SliceMeasures) => void;
  readonly askListeners: AskListeners;
}

const partsOf = (session: Session, { kept, passedOn, onRead, isIdle, measure, askListeners }: PartsInput): readonly Part[] => {
  const { slice, clock } = session;
  const { metrics } = session.local;
  const refusals = createRefusals(clock, (cluster) => metrics.add('statementRefusals', { slice, cluster }));
  const reporting = links(session, refusals);
  measure(() =>
    measureSlice({ slice, report: reporting.report(), ledger: session.ledger(), refused: refusals.byAuthor(clock.monotonic()) }),
  );
  const leftOut = createLeftOut();
  const listeners = createListenerWatch(session, { ask: askListeners, random: Math.random });
  const own = createOwnNotices(kept, session.hub.cluster);
  const [pace, turns, tenants] = [createPace(budgets.writes, session.clock), createAuthorTurns(), followTenants(session.outbox, own)];
  const publishing = publisher(session, own, pace);
  const { keeping, controller: keeper } = keepAccepted(session, kept);
  return [
    // What this cluster states …
    grants(session),
    nodeNotices(session, refusals),
    ...exportNotices(session, leftOut, tenants, listeners),
    servicePorts(session, leftOut),
    listeners.controller,
    reporting,
    ...publishing.controllers,
    withdrawnThrough(session, () => isIdle('export-notice') && publishing.isPublished()),
    // … what the others state …
    receiver(session, { keeping, refusals, passedOn, turns, onRead }),
    keeper,
    revision(session, kept),
    refusalReport(session, refusals),
    budgetReport(session, { pace, turns, tenants, notices: publishing.notices }),
    reservedBlocksReport(session),
    // … and what follows from that.
    peers(session),
    importedSlices(session, refusals),
    importedServices(session),
  ];
};
