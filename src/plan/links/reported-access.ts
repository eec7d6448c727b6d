import type { SliceNode } from '../../api/slicenode/type.ts';
import { maxReportedUnknown, type ReportedAccess, reportLine } from '../../exchange/statement/links.ts';
import type { UnknownField } from '../policy/understood-policies.ts';

/** Digests of the policies of a slice in a cluster. */
export interface AccessDigests {
  /** Of the policies that the hub granted; see `grantedDigest`. */
  readonly granted: string;
  /** Of these and those of owners here; see `accessDigest`. Undefined when one is invalid, so that no node takes them. */
  readonly all: string | undefined;
  /** Policies with fields that this cluster does not know. */
  readonly unknown: readonly UnknownField[];
}

/** The part of a report from which the hub knows whether this cluster enforces the policies that it granted. Nodes that are out of service do not count. */
export const reportedAccess = ({ granted, all, unknown }: AccessDigests, inService: readonly SliceNode[]): ReportedAccess => {
  const behind = inService.filter(({ status }) => all === undefined || status?.accessDigest !== all);
  const reported = unknown.slice(0, maxReportedUnknown).map(({ policy, field }) => ({ policy, field: reportLine(field, 256) }));
  return {
    granted,
    behind: behind.length,
    ...(behind[0] === undefined ? {} : { node: behind[0].spec.node }),
    ...(reported.length === 0 ? {} : { unknown: reported }),
  };
};
