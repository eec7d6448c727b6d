import { createEvents } from '../../kubernetes/events.ts';
import { createController } from '../../loop/controller.ts';
import { measureHub } from '../../plan/measures/hub.ts';
import type { Clock } from '../../values/clock.ts';
import { publishTransitions } from '../publish-transitions.ts';
import { clusterController } from './clusters.ts';
import { credentialController } from './credentials.ts';
import { endingController } from './endings.ts';
import { observeNoticeChanges } from './notice-changes.ts';
import { projectController } from './projects.ts';
import { ReportReader } from './reports.ts';
import { slicePolicies } from './slice-policies.ts';
import { sliceController } from './slices.ts';
import { fieldManager, mirrorsOf, type World } from './world.ts';

/** The leading instance and its options. */
export interface ControllerOptions {
  /** Name of this instance, for events. */
  readonly instance: string;
  /** Lifetime in seconds of the credentials that clusters get by proof of their key. */
  readonly credentialSeconds: number;
}

/** Does the controller's work until the signal aborts. The mirrors of the world must be running. */
export const leadController = async (world: World, options: ControllerOptions, clock: Clock, signal: AbortSignal): Promise<void> => {
  const { client, log, metrics } = world;
  await Promise.all(mirrorsOf(world).map((mirror) => mirror.synced(signal)));
  const events = createEvents({ client, component: fieldManager, instance: options.instance, signal, log, clock });
  publishTransitions([world.slices, world.clusters], events, signal);
  const stop = metrics.measure(() => measureHub(world.slices.list(), world.clusters.list()));
  signal.addEventListener('abort', stop, { once: true });
  const changes = observeNoticeChanges(world);
  world.writeRates.follow(changes, signal);
  const reports = new ReportReader();
  const controllers = [
    projectController(world, clock),
    clusterController(world, clock),
    sliceController(world, clock, reports),
    endingController(world, clock),
    slicePolicies(world, clock, reports),
    credentialController(world, clock, options.credentialSeconds),
  ];
  await Promise.all([
    changes.run(signal),
    ...controllers.map((one) => createController({ ...one, concurrency: 2, log, metrics, clock }).run(signal)),
  ]);
};
