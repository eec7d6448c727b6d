import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { serviceImportSpec, serviceImportStatus } from './schema.ts';

/** A service as offered by the slice. */
export type ServiceImportSpec = z.output<typeof serviceImportSpec>;
/** What is known about an imported service. */
export type ServiceImportStatus = z.output<typeof serviceImportStatus>;
/** A service of the slice as one cluster sees it. */
export type ServiceImport = Typed<ServiceImportSpec, ServiceImportStatus>;
