import { dnsFindings } from './cluster-dns.ts';
import type { ClusterView } from './cluster-view.ts';
import { environmentFindings } from './environment.ts';
import { exportFindings } from './exports/exports.ts';
import { type Finding, sortedFindings } from './finding.ts';
import { clockFindings, hubContactFindings } from './hub-contact.ts';
import { nodeFindings } from './nodes/nodes.ts';
import { programFindings } from './programs.ts';

/** All findings in a cluster: errors first, each with its remedy. */
export const diagnose = (view: ClusterView): Finding[] =>
  sortedFindings([
    ...programFindings(view),
    ...environmentFindings(view),
    ...hubContactFindings(view),
    ...clockFindings(view),
    ...dnsFindings(view),
    ...nodeFindings(view),
    ...exportFindings(view),
  ]);
