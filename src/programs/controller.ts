import { leadController } from './controller/lead.ts';
import { fieldManager, mirrorsOf, observeHub } from './controller/world.ts';
import { elected } from './elected.ts';

/** The hub's controller: projects, clusters and slices. Several replicas may run; one of them acts. */
export const run = elected({
  name: 'controller',
  fieldManager,
  side: 'hub',
  observe: observeHub,
  mirrorsOf,
  lead: (world, { instance }, clock, signal) => leadController(world, instance, clock, signal),
});
