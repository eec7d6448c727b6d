import { controller, networking } from '../../api/groups.ts';
import { hubNamespace } from '../../api/places.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { componentName } from '../metadata.ts';
import type { HubOptions } from '../options.ts';
import { planAccount, read } from '../rights/account.ts';
import { planJob } from './job.ts';

const component = 'hub-removal';

/** Time limit in seconds. */
const deadlineSeconds = 120;

/**
 * The check before a tool removes the objects of a hub: a Job that fails while clusters are connected or slices exist, unless an administrator
 * confirmed the removal on the Deployment of the controller. It changes nothing.
 */
export const planHubRemoval = (options: HubOptions): KubernetesObject[] => {
  const account = planAccount(component, hubNamespace, {
    everywhere: [
      { apiGroups: [controller.group], resources: ['clusters'], verbs: read },
      { apiGroups: [networking.group], resources: ['slices'], verbs: read },
    ],
    in: {
      [hubNamespace]: [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: [componentName('controller')], verbs: ['get'] }],
    },
  });
  const job = planJob({
    component,
    namespace: hubNamespace,
    options,
    placement: options.controller,
    args: [component],
    deadlineSeconds,
    retries: 0,
  });
  return [...account, job];
};
