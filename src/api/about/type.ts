import type * as z from 'zod';
import type { KubernetesObject } from '../../values/object.ts';
import type { clusterPropertySpec } from './schema.ts';

/** A property of the cluster in which it is (KEP-2149). */
export type ClusterProperty = KubernetesObject & { readonly spec?: z.output<typeof clusterPropertySpec> };
