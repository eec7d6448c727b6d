import { auditReasons } from '../../src/api/audit-reasons.ts';
import { reasons } from '../../src/api/reasons.ts';
import { findingCodes } from '../../src/plan/diagnosis/finding.ts';
import { failureCodes } from '../../src/values/failure-codes.ts';
import { page, table } from './markdown.ts';

const words = (entries: Readonly<Record<string, string>>, head: string): string =>
  table(
    [head, 'meaning'],
    Object.entries(entries)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, meaning]) => [`\`${name}\``, meaning]),
  );

/** Page of every reason that a condition can carry. */
export const reasonsPage = (): string =>
  page(
    'src/api/reasons.ts',
    'Condition reasons',
    'A condition in the status of an object carries one of these as its `reason`; its `message` has the evidence. When a condition of a slice, a cluster, an export or an import changes, an Event with the same reason tells of it.',
    words(reasons, 'reason'),
    '## Events about changes of trust',
    'These are reasons of Events only: on the ConfigMap `kubeslice-trust` in `kubeslice-system` of a member, those about the default access on its Slice there. API servers drop Events after an hour; export them to keep them.',
    words(auditReasons, 'reason'),
  );

/** Page of every finding of a diagnosis. */
export const findingsPage = (): string =>
  page(
    'src/plan/diagnosis/finding.ts',
    'Findings',
    '`kubeslice doctor` tells what is wrong in a cluster by these codes, each with the object, what was seen, and the command that mends it.',
    words(findingCodes, 'code'),
  );

/** Page of every failure code. */
export const failuresPage = (): string =>
  page(
    'src/values/failure-codes.ts',
    'Failures',
    'Every program fails with one of these codes, in its log (`code`) and in the output of the command line.',
    words(failureCodes, 'code'),
  );
