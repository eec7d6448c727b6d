import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { serviceExportSpec, serviceExportStatus } from './schema.ts';

/** What an application owner offers to a slice. */
export type ServiceExportSpec = z.output<typeof serviceExportSpec>;
/** The observed state of an export. */
export type ServiceExportStatus = z.output<typeof serviceExportStatus>;
/** A service that its cluster offers to a slice. */
export type ServiceExport = Typed<ServiceExportSpec, ServiceExportStatus>;
