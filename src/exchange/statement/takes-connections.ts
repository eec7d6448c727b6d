import type { ExportEndpoint } from './export.ts';

/** Whether an endpoint takes new connections. */
export const takesConnections = ({ ready, terminating }: Pick<ExportEndpoint, 'ready' | 'terminating'>): boolean =>
  ready && terminating !== true;
