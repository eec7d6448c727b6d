import { agentAudience, agentTokenFolder, agentTokenPath, memberNamespace } from '../../api/places.ts';
import type { Volume } from '../../values/builtin/pod.ts';
import type { PodDisruptionBudget } from '../../values/builtin/pod-disruption-budget.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import type { MemberOptions } from '../options.ts';
import { planDeployment } from './deployment.ts';
import { planDisruptionBudget } from './disruption-budget.ts';

/** A token for requests to this cluster's agents only; the kubelet renews it. */
const agentToken: Volume = {
  name: 'agent-token',
  projected: {
    sources: [
      {
        serviceAccountToken: { audience: agentAudience, expirationSeconds: 3_600, path: agentTokenPath.slice(agentTokenFolder.length + 1) },
      },
    ],
  },
};

/** The worker of a member cluster. Several copies may run; one leads. */
export const planWorker = (options: MemberOptions): [Deployment, PodDisruptionBudget] => [
  planDeployment({
    component: 'worker',
    namespace: memberNamespace,
    options,
    placement: options.worker,
    volumes: [{ volume: agentToken, mountPath: agentTokenFolder }],
  }),
  planDisruptionBudget('worker', memberNamespace),
];
