import type { Job } from '../values/builtin/job.ts';
import type { Container } from '../values/builtin/pod.ts';
import { podBasics, restricted, scratch } from './container.ts';
import { type Component, componentName, metadata, selectorLabels } from './metadata.ts';
import type { CommonOptions, Placement } from './options.ts';

/** What differs between the Jobs of an installation. */
export interface JobParts {
  readonly component: Component;
  readonly namespace: string;
  readonly options: CommonOptions;
  readonly placement: Placement;
  readonly args: readonly string[];
  readonly env?: NonNullable<Container['env']>;
  /** The most that it may take, in seconds; what does not end fails. */
  readonly deadlineSeconds: number;
  /** How often it is tried again. */
  readonly retries: number;
}

/** A Job of a program that does one thing by the account of its component and ends: not root, nothing writable but a scratch folder, no capability. */
export const planJob = ({ component, namespace, options, placement, args, env, deadlineSeconds, retries }: JobParts): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata(componentName(component), { namespace, component }),
  spec: {
    backoffLimit: retries,
    activeDeadlineSeconds: deadlineSeconds,
    template: {
      metadata: { labels: selectorLabels(component) },
      spec: {
        restartPolicy: 'Never',
        ...podBasics(component, options, placement),
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: component,
            image: options.image,
            imagePullPolicy: options.imagePullPolicy,
            args: [...args],
            ...(env === undefined ? {} : { env }),
            resources: placement.resources,
            securityContext: restricted,
            volumeMounts: scratch.mounts,
          },
        ],
        volumes: scratch.volumes,
      },
    },
  },
});
