import type { Finding } from '../finding.ts';

/** What mends an export, and, where the view shows more than its condition, the cause and what was seen. */
export type Mending = Pick<Finding, 'remedy' | 'advice'> & { readonly cause?: string; readonly evidence?: string };
