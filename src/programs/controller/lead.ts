import { createEvents } from '../../kubernetes/events.ts';
import { createController } from '../../loop/controller.ts';
import type { Clock } from '../../values/clock.ts';
import { tellTransitions } from '../tell-transitions.ts';
import { clusterController } from './clusters.ts';
import { projectController } from './projects.ts';
import { sliceController } from './slices.ts';
import { fieldManager, mirrorsOf, type World } from './world.ts';

/** Does the controller's work until the signal aborts, as this instance of it. The mirrors of the world must be running. */
export const leadController = async (world: World, instance: string, clock: Clock, signal: AbortSignal): Promise<void> => {
  const { client, log, metrics } = world;
  await Promise.all(mirrorsOf(world).map((mirror) => mirror.synced(signal)));
  const events = createEvents({ client, component: fieldManager, instance, signal, log, clock });
  tellTransitions([world.slices, world.clusters], events, signal);
  const controllers = [projectController(world), clusterController(world, clock), sliceController(world, clock)];
  await Promise.all(controllers.map((one) => createController({ ...one, concurrency: 2, log, metrics, clock }).run(signal)));
};
