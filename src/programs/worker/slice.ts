import type { Membership } from '../../api/membership/type.ts';
import type { Authority } from '../../identity/authority.ts';
import { type Controller, type ControllerOptions, createController } from '../../loop/controller.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import { exportNotices } from './export-notices.ts';
import { grants } from './grants.ts';
import type { Hub } from './hub.ts';
import { imports } from './imports.ts';
import { createLeftOut } from './left-out.ts';
import { links } from './links.ts';
import type { LocalWorld } from './local-world.ts';
import { nodeNotices } from './node-notices.ts';
import { peers } from './peers.ts';
import { createPublisher, type Publisher } from './publish.ts';
import { receiver } from './receive.ts';
import { createRefusals, refusalReport } from './refusals.ts';
import { servicePorts } from './service-ports.ts';
import type { Session } from './session.ts';
import { observeSlice } from './slice-world.ts';
import { createStatements } from './statements.ts';
import type { Trust } from './trust.ts';

/** What all sessions share. */
export interface SliceSurroundings {
  readonly hub: Hub;
  readonly local: LocalWorld;
  readonly authority: Authority;
  readonly trust: Trust;
  readonly clock: Clock;
}

/** How long a start waits for the hub before it goes on without, in milliseconds. */
const hubGraceMs = 5_000;

/** Does the worker's part for one slice until the signal aborts. */
export const runSlice = async (surroundings: SliceSurroundings, membership: Membership, signal: AbortSignal): Promise<void> => {
  const { local, hub, clock } = surroundings;
  const grant = membership.spec;
  const log = local.log.with({ slice: grant.slice });
  let controllers: readonly Controller[] = [];
  // What could not be said while the hub was away is said as soon as it is back.
  const world = observeSlice(hub, local, grant, log, () => controllers.forEach((controller) => controller.retryAll()));
  const { members, board, pods, services } = world;
  const ownMirrors = [...pods.values(), ...services.values()];
  let settled = false;
  const session: Session = { ...surroundings, ...world, membership, grant, statements: createStatements(), settled: () => settled };
  const publisher = createPublisher(session);

  const observing = [members, board, ...ownMirrors].map((mirror) => mirror.run(signal));
  await Promise.all(ownMirrors.map((mirror) => mirror.synced(signal)));
  // What hangs on the board already need not be written again; but a hub that is away must not stop the work inside the cluster.
  await Promise.race([board.synced(signal), sleep(clock, hubGraceMs, signal)]);

  const parts = partsOf(session, publisher);
  controllers = parts.map((part) => createController({ ...part, concurrency: 4, log, metrics: local.metrics, clock }));
  const running = controllers.map((controller) => controller.run(signal));
  const settle = async (): Promise<void> => {
    await board.synced(signal);
    // What the board held at first enters the queues at once; when they have been worked off, absence means absence.
    while (!controllers.every((controller) => controller.isIdle())) await sleep(clock, 20, signal);
    settled = true;
    for (const [index, { held }] of parts.entries())
      for (const key of held?.() ?? []) controllers[index]?.enqueue(key, { priority: 'low' });
  };
  await Promise.all([...observing, ...running, settle().catch((error) => (signal.aborted ? undefined : Promise.reject(error)))]);
};

/** One of the things that are kept true for a slice. */
interface Part extends Pick<ControllerOptions, 'name' | 'watches' | 'reconcile' | 'resync'> {
  /** Keys of all that was made here, be it by an earlier run: looked at again as soon as absence means absence. */
  readonly held?: () => Iterable<string>;
}

const partsOf = (session: Session, publisher: Publisher): readonly Part[] => {
  const refusals = createRefusals(session.clock);
  const leftOut = createLeftOut();
  return [
    // What this cluster tells …
    grants(session, publisher, session.authority.certificate),
    nodeNotices(session, publisher),
    exportNotices(session, publisher, leftOut),
    servicePorts(session, leftOut),
    links(session, publisher, refusals),
    // … what it hears …
    receiver(session, refusals),
    refusalReport(session, refusals),
    // … and what it makes of that.
    peers(session),
    imports(session),
  ];
};
