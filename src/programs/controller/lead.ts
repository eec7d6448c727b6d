import { createController } from '../../loop/controller.ts';
import type { Clock } from '../../values/clock.ts';
import { clusterController } from './clusters.ts';
import { projectController } from './projects.ts';
import { sliceController } from './slices.ts';
import { mirrorsOf, type World } from './world.ts';

/** Does the controller's work until the signal aborts. The mirrors of the world must be running. */
export const leadController = async (world: World, clock: Clock, signal: AbortSignal): Promise<void> => {
  const { log, metrics } = world;
  await Promise.all(mirrorsOf(world).map((mirror) => mirror.synced(signal)));
  const controllers = [projectController(world), clusterController(world, clock), sliceController(world, clock)];
  await Promise.all(controllers.map((one) => createController({ ...one, concurrency: 2, log, metrics }).run(signal)));
};
