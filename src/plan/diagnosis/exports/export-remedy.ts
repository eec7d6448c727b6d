import type { Finding } from '../finding.ts';

/** The remedy for an export, and, if the view shows more than its condition, the cause and the evidence. */
export type ExportRemedy = Pick<Finding, 'remedy' | 'advice'> & { readonly cause?: string; readonly evidence?: string };
