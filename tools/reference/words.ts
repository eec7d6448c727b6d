import { reasons } from '../../src/api/reasons.ts';
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
    'A condition in the status of an object carries one of these as its `reason`; its `message` has the evidence.',
    words(reasons, 'reason'),
  );

/** Page of every failure code. */
export const failuresPage = (): string =>
  page(
    'src/values/failure-codes.ts',
    'Failures',
    'Every program fails with one of these codes, in its log (`code`) and in the output of the command line.',
    words(failureCodes, 'code'),
  );
