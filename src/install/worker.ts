import { memberNamespace } from '../api/places.ts';
import type { Deployment } from '../values/builtin/workloads.ts';
import { podBasics, podHealth, programContainer, restricted, scratch } from './container.ts';
import { componentName, metadata, selectorLabels } from './metadata.ts';
import type { MemberOptions } from './options.ts';
import { spread } from './spread.ts';

const component = 'worker';

/** The worker of a member cluster. Several copies may run; one leads. */
export const planWorker = (options: MemberOptions): Deployment => {
  const labels = selectorLabels(component);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(componentName(component), { namespace: memberNamespace, component }),
    spec: {
      replicas: options.worker.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...podBasics(component, options, options.worker),
          priorityClassName: 'system-cluster-critical',
          topologySpreadConstraints: spread(labels),
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            programContainer({
              component,
              options,
              placement: options.worker,
              health: podHealth,
              securityContext: restricted,
              volumeMounts: scratch.mounts,
            }),
          ],
          volumes: scratch.volumes,
        },
      },
    },
  };
};
