import type { Container, Volume } from '../../values/builtin/pod.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import type { Component } from '../metadata.ts';
import { componentName, metadata, selectorLabels } from '../metadata.ts';
import type { MemberOptions } from '../options.ts';
import { podBasics, podHealth, programContainer, restricted, scratch } from './container.ts';
import { spread } from './spread.ts';

type Options = Parameters<typeof podBasics>[1];
type Placement = Parameters<typeof podBasics>[2];

/** The particular parts of one Deployment. */
export interface DeploymentParts {
  readonly component: Component;
  readonly namespace: string;
  readonly options: Options;
  readonly placement: Placement & Pick<MemberOptions['worker'], 'replicas'>;
  readonly strategy?: NonNullable<NonNullable<Deployment['spec']>['strategy']>;
  readonly env?: NonNullable<Container['env']>;
  readonly ports?: NonNullable<Container['ports']>;
  readonly readiness?: { readonly periodSeconds: number; readonly failureThreshold: number };
  /** Volumes beside the scratch folder, each with its mount path. */
  readonly volumes?: readonly { readonly volume: Volume; readonly mountPath: string }[];
}

/** A Deployment of a program that needs no rights on its node: not root, nothing writable but a scratch folder, no capability, spread over nodes. */
export const planDeployment = ({
  component,
  namespace,
  options,
  placement,
  strategy,
  env,
  ports,
  readiness,
  volumes = [],
}: DeploymentParts): Deployment => {
  const labels = selectorLabels(component);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(componentName(component), { namespace, component }),
    spec: {
      replicas: placement.replicas,
      selector: { matchLabels: labels },
      ...(strategy === undefined ? {} : { strategy }),
      template: {
        metadata: { labels },
        spec: {
          ...podBasics(component, options, placement),
          priorityClassName: 'system-cluster-critical',
          topologySpreadConstraints: spread(labels),
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            programContainer({
              component,
              options,
              placement,
              health: podHealth,
              securityContext: restricted,
              ...(env === undefined ? {} : { env }),
              ...(ports === undefined ? {} : { ports }),
              ...(readiness === undefined ? {} : { readiness }),
              volumeMounts: [
                ...scratch.mounts,
                ...volumes.map(({ volume, mountPath }) => ({ name: volume.name, mountPath, readOnly: true })),
              ],
            }),
          ],
          volumes: [...scratch.volumes, ...volumes.map(({ volume }) => volume)],
        },
      },
    },
  };
};
