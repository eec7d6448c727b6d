import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { serviceImportSpec, serviceImportStatus } from './schema.ts';

/** A service as offered by the slice. */
export type ServiceImportSpec = z.output<typeof serviceImportSpec>;
/** The observed state of an imported service. */
export type ServiceImportStatus = z.output<typeof serviceImportStatus>;
/** A service of the slice in one cluster. */
export type ServiceImport = Typed<ServiceImportSpec, ServiceImportStatus>;
