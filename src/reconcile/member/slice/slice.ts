import type { Position } from '../../../exchange/notice/notice-page.ts';
import type { Authority } from '../../../identity/authority.ts';
import { type Controller, createController } from '../../../loop/controller.ts';
import type { SliceMeasures } from '../../../plan/measures/slice.ts';
import type { Clock } from '../../../values/clock.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import type { ConnectionReport } from '../hub/connection-report.ts';
import type { Hub } from '../hub/hub.ts';
import { hubContact } from '../hub/hub-contact.ts';
import type { AskAgent, AskHeads, AskListeners } from '../peers/ask-agent.ts';
import { createBoardComparison } from '../peers/board-comparison.ts';
import { hubWithholds } from '../peers/hub-withholds.ts';
import { readPeers } from '../peers/peer-board.ts';
import { createPassedOn } from '../receive/passed-on.ts';
import type { Trust } from '../receive/trust.ts';
import { openSession } from './open-session.ts';
import type { ReceivedGrant } from './received-grant.ts';
import { partsOf } from './slice-parts.ts';

/** What all sessions share. */
export interface SessionDependencies {
  readonly hub: Hub;
  readonly local: LocalWorld;
  readonly authority: Authority;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly connection: Pick<ConnectionReport, 'latest' | 'changes'>;
  /** Requests from the agents of this cluster what other members publish. */
  readonly ask: AskAgent;
  /** Requests the summaries of it. */
  readonly askHeads: AskHeads;
  /** Requests the listeners of their pods. */
  readonly askListeners: AskListeners;
}

/** Runs the worker's part of one slice until the signal aborts, always with the current grant. */
export const runSlice = async (dependencies: SessionDependencies, received: ReceivedGrant, signal: AbortSignal): Promise<void> => {
  const { local, clock, ask, askHeads, askListeners } = dependencies;
  const log = local.log.with({ slice: received.current().membership.spec.slice });
  let controllers: readonly Controller[] = [];
  // Writes that failed while the hub was unreachable are repeated as soon as it answers again.
  const onFound = (): void => {
    for (const controller of controllers) controller.retryAll();
  };
  const opened = await openSession(dependencies, received, log, onFound, signal);
  const { session, kept, progress, contact, followNamespaces, observing } = opened;
  const { board } = session;
  const passedOn = createPassedOn();
  const positions = new Map<string, Position>();
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
      { ask, random: Math.random, suspects: () => comparison.withheld().map(({ cluster }) => cluster), positions },
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
  // The grant may have changed during the wait for the hub.
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
    await Promise.all([observing, ...running, whenRead.catch((error) => (signal.aborted ? undefined : Promise.reject(error)))]);
  } finally {
    for (const stop of sources) stop();
    unsubscribe();
  }
};
