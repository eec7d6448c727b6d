import { leadController } from '../reconcile/hub/lead.ts';
import { fieldManager, mirrorsOf, observeHub } from '../reconcile/hub/world.ts';
import { elected } from './elected.ts';
import { credentialSecondsOf } from './environment/credential-seconds.ts';

/** The hub's controller: projects, clusters and slices. Several replicas may run; one of them acts. */
export const run = elected({
  name: 'controller',
  fieldManager,
  side: 'hub',
  observe: observeHub,
  mirrorsOf,
  lead: (world, { instance, env }, clock, signal) =>
    leadController(world, { instance, credentialSeconds: credentialSecondsOf(env) }, clock, signal),
});
