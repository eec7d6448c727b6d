import type { Membership } from '../../../api/membership/type.ts';
import { ExportsOnNode } from '../../../exchange/ledger/exports-on-node.ts';
import { endpointsIn } from '../../../exchange/ledger/ledger.ts';
import { earlierTimes, noEarlierTimes } from '../../../exchange/notice/farewell.ts';
import { readNotice } from '../../../exchange/notice/notice.ts';
import { createSignals, type Signals } from '../../../loop/signals.ts';
import { afterContact, noContactYet, wasUnreachable } from '../../../plan/board/hub-absence.ts';
import type { Log } from '../../../telemetry/log.ts';
import { sleep } from '../../../values/clock.ts';
import { followVanished } from '../cluster/vanished-nodes.ts';
import { readFarewells } from '../hub/handed-over.ts';
import { type BoardProgress, createBoardProgress } from '../publish/board-progress.ts';
import { createOutbox } from '../publish/outbox.ts';
import { createBelief } from '../receive/belief.ts';
import { type KeptNotices, keptNotices } from '../receive/kept-notices.ts';
import { recallKept } from '../receive/recall-kept.ts';
import type { Session } from '../session/session.ts';
import type { ReceivedGrant } from './received-grant.ts';
import { observeSlice } from './slice-world.ts';

/** The work for one slice, with what its controllers follow. */
export interface OpenedSession {
  readonly session: Session;
  /** The notices that this cluster stores. */
  readonly kept: KeptNotices;
  readonly progress: BoardProgress;
  /** Emits when contact with the hub is lost or restored. */
  readonly contact: Signals;
  /** Follows pods and services of the current grant's namespaces. */
  readonly followNamespaces: () => Promise<void>;
  /** Ends with the mirrors of the hub. */
  readonly observing: Promise<unknown>;
}

/** How long a start waits for the hub before it continues without, in milliseconds. */
const hubGraceMs = 5_000;

/**
 * The same for a cluster that has published nothing yet: it has nothing to continue with, and the board may have farewells of its earlier
 * authorities, which the first claim must contain because it overwrites them.
 */
const firstHubGraceMs = 60_000;

/**
 * Opens the session of a slice: observes it, recalls what was accepted before, and waits some time for the board, so that its notices are not written
 * again.
 *
 * @param onFound is called when the hub answers again
 */
export const openSession = async (
  dependencies: Pick<Session, 'hub' | 'local' | 'authority' | 'trust' | 'clock' | 'connection'>,
  received: ReceivedGrant,
  log: Log,
  onFound: () => void,
  signal: AbortSignal,
): Promise<OpenedSession> => {
  const { local, hub, clock, authority } = dependencies;
  const { slice, sliceUID } = received.current().membership.spec;
  let contactHistory = noContactYet;
  const contact = createSignals();
  const onContact = (change: 'lost' | 'found'): void => {
    contactHistory = afterContact(contactHistory, change, clock.monotonic());
    contact.emit();
    if (change === 'found') onFound();
  };
  const { members, board, pods, services } = observeSlice(hub, local, received.current().membership.spec, log, onContact, signal);
  const statements = createBelief();
  const placed = new ExportsOnNode();
  const progress = createBoardProgress(board, hub.cluster);
  let earlier = noEarlierTimes;
  const session: Session = {
    ...dependencies,
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
    hubWasAway: () => wasUnreachable(contactHistory, clock.monotonic()),
  };

  const observing = Promise.all([members, board].map((mirror) => mirror.run(signal)));
  const kept = keptNotices(local, slice);
  const foreign = recallKept(session, statements, kept);
  // Before all other subscribers: they use the result.
  statements.subscribe((ref) => placed.set(ref, endpointsIn(session.ledger(), ref)));
  for (const notice of foreign) await kept.forget(notice, signal);
  const followNamespaces = async (): Promise<void> => {
    const { namespaces } = session.grant;
    await Promise.all([pods.follow(namespaces), services.follow(namespaces)]);
  };
  await followNamespaces();
  // What is on the board already need not be written again; but an unreachable hub must not stop the work inside the cluster.
  const own = kept.list().flatMap(({ spec }) => (spec.cluster === hub.cluster ? [spec] : []));
  await Promise.race([board.synced(signal), sleep(clock, own.length === 0 ? firstHubGraceMs : hubGraceMs, signal)]);
  const shown = board
    .list()
    .flatMap(({ spec }) => readNotice(spec))
    .filter((spec) => typeof spec !== 'string');
  const handedOver = await readFarewells(hub, log, signal);
  earlier = earlierTimes([...own, ...shown, ...handedOver], authority, { slice, sliceUID }, clock.now());
  session.outbox.raiseSerial(earlier.floor);
  return { session, kept, progress, contact, followNamespaces, observing };
};
