import type { KubernetesObject } from '../object.ts';
import type { PodTemplate } from './pod.ts';

/** A pod that runs until it has done its work. */
export type Job = KubernetesObject & {
  readonly spec?: { readonly backoffLimit?: number; readonly activeDeadlineSeconds?: number; readonly template: PodTemplate };
};
