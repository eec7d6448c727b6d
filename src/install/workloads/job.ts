import type { Job } from '../../values/builtin/job.ts';
import type { Container } from '../../values/builtin/pod.ts';
import { type Component, componentName, metadata, selectorLabels } from '../metadata.ts';
import type { CommonOptions, Placement } from '../options.ts';
import { podBasics, restricted, scratch } from './container.ts';

/** The particular parts of one Job. */
export interface JobParts {
  readonly component: Component;
  readonly namespace: string;
  readonly options: CommonOptions;
  readonly placement: Placement;
  readonly args: readonly string[];
  readonly env?: NonNullable<Container['env']>;
  /** Time limit in seconds; the Job then fails. */
  readonly deadlineSeconds: number;
  /** How many retries. */
  readonly retries: number;
}

/**
 * A Job of a program that does one task with the account of its component and ends: not root, nothing writable but a scratch folder, no capability.
 */
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
