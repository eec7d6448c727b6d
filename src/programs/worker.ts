import { fieldManager, mirrorsOf, observeCluster } from '../reconcile/member/cluster/local-world.ts';
import { leadWorker } from '../reconcile/member/lead.ts';
import { elected } from './elected.ts';
import { credentialSecondsOf } from './environment/credential-seconds.ts';

/** A member cluster's worker: the only program with a credential for the hub. Several replicas may run; one of them acts. */
export const run = elected({
  name: 'worker',
  fieldManager,
  side: 'member',
  observe: observeCluster,
  mirrorsOf,
  lead: (world, { version, instance, env, fenced }, clock, signal) =>
    leadWorker(world, { version, instance, credentialSeconds: credentialSecondsOf(env), fenced }, clock, signal),
});
