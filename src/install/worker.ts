import { memberNamespace } from '../api/places.ts';
import type { Deployment } from '../values/builtin/workloads.ts';
import { planDeployment } from './deployment.ts';
import type { MemberOptions } from './options.ts';

/** The worker of a member cluster. Several copies may run; one leads. */
export const planWorker = (options: MemberOptions): Deployment =>
  planDeployment({ component: 'worker', namespace: memberNamespace, options, placement: options.worker });
