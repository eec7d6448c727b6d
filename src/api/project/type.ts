import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { projectSpec, projectStatus } from './schema.ts';

/** The desired state of a project. */
export type ProjectSpec = z.output<typeof projectSpec>;
/** The observed state of a project. */
export type ProjectStatus = z.output<typeof projectStatus>;
/** A group of clusters, slices and people on the hub. */
export type Project = Typed<ProjectSpec, ProjectStatus>;
