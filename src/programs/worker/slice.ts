import { membershipKind, noticeKind } from '../../api/kinds.ts';
import { sliceLabel } from '../../api/labels.ts';
import type { Membership } from '../../api/membership/type.ts';
import type { Authority } from '../../identity/authority.ts';
import { podKind, serviceKind } from '../../kubernetes/kinds.ts';
import { createMirror } from '../../kubernetes/mirror.ts';
import { type Controller, createController } from '../../loop/controller.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import { objectKey } from '../../values/object-key.ts';
import { exportNotices } from './export-notices.ts';
import { grants } from './grants.ts';
import type { Hub } from './hub.ts';
import { importKeysOf, imports } from './imports.ts';
import { links } from './links.ts';
import type { LocalWorld } from './local-world.ts';
import { nodeNotices } from './node-notices.ts';
import { peers } from './peers.ts';
import { createPublisher } from './publish.ts';
import { receiver } from './receive.ts';
import { createRefusals, refusalReport } from './refusals.ts';
import { servicePorts } from './service-ports.ts';
import type { Session } from './session.ts';
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
  const { local, hub, authority } = surroundings;
  const grant = membership.spec;
  const log = local.log.with({ slice: grant.slice });
  const { metrics } = local;
  const watched = { log, metrics };
  const members = createMirror({
    client: hub.client,
    kind: membershipKind,
    namespace: hub.namespace,
    labelSelector: `${sliceLabel}=${grant.slice}`,
    ...watched,
  });
  let controllers: readonly Controller[] = [];
  const board = createMirror({
    client: hub.client,
    kind: noticeKind,
    namespace: grant.exchangeNamespace,
    ...watched,
    // What could not be said while the hub was away is said as soon as it is back.
    onContact: (contact) => (contact === 'found' ? controllers.forEach((controller) => controller.retryAll()) : undefined),
  });
  const pods = new Map(
    grant.namespaces.map((namespace) => [namespace, createMirror({ client: local.client, kind: podKind, namespace, ...watched })]),
  );
  const services = new Map(
    grant.namespaces.map((namespace) => [namespace, createMirror({ client: local.client, kind: serviceKind, namespace, ...watched })]),
  );
  const ownMirrors = [...pods.values(), ...services.values()];

  let settled = false;
  const session: Session = {
    ...surroundings,
    membership,
    grant,
    members,
    board,
    pods,
    services,
    statements: createStatements(),
    settled: () => settled,
  };
  const publisher = createPublisher(session);
  const observing = [members, board, ...ownMirrors].map((mirror) => mirror.run(signal));
  await Promise.all(ownMirrors.map((mirror) => mirror.synced(signal)));
  // What hangs on the board already need not be written again; but a hub that is away must not stop the work inside the cluster.
  await Promise.race([board.synced(signal), sleep(surroundings.clock, hubGraceMs, signal)]);

  const refusals = createRefusals(surroundings.clock);
  const tell = [
    grants(session, publisher, authority.certificate),
    nodeNotices(session, publisher),
    exportNotices(session, publisher),
    servicePorts(session),
    links(session, publisher, refusals),
  ];
  const hear = [receiver(session, refusals), refusalReport(session, refusals)];
  const use = [peers(session), imports(session)];
  controllers = [...tell, ...hear, ...use].map((one) =>
    createController({ ...one, concurrency: 4, log, metrics, clock: surroundings.clock }),
  );
  const running = controllers.map((controller) => controller.run(signal));

  const settle = async (): Promise<void> => {
    await board.synced(signal);
    // What the board held at first enters the queues at once; when they have been worked off, absence means absence.
    while (!controllers.every((controller) => controller.isIdle())) await sleep(surroundings.clock, 20, signal);
    settled = true;
    const [peer, imported] = controllers.slice(-2);
    for (const object of local.slicePeers.byIndex('slice', grant.slice))
      peer?.enqueue(`${object.spec.cluster}/${object.spec.node}`, { priority: 'low' });
    for (const object of local.imports.byIndex('slice', grant.slice)) imported?.enqueue(objectKey(object.metadata), { priority: 'low' });
    for (const object of local.endpointSlices.byIndex('slice', grant.slice)) {
      for (const key of importKeysOf(object)) imported?.enqueue(key, { priority: 'low' });
    }
  };
  await Promise.all([...observing, ...running, settle().catch((error) => (signal.aborted ? undefined : Promise.reject(error)))]);
};
