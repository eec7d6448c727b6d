import { maxWatchMs } from '../../plan/flows/node-flows.ts';
import { Failure } from '../../values/failure.ts';
import type { CliInput, CliOption } from '../command.ts';
import { textOption } from './common-options.ts';
import { parseDuration } from './duration.ts';

/** `--watch`, the time for which nodes count the flows that pass. */
export const watchTimeOption = (text: string): CliOption => ({ flags: '--watch <time>', text });

/** The time of `--watch` in milliseconds. @throws Failure InvalidInput for one that is no duration, or too long. */
export const watchTime = (input: CliInput, otherwise: number): number => {
  const text = textOption(input, 'watch');
  if (text === undefined) return otherwise;
  const ms = parseDuration(text, '--watch');
  if (ms >= 1 && ms <= maxWatchMs) return ms;
  throw new Failure(
    'InvalidInput',
    `--watch "${text}" is not between 1 ms and ${maxWatchMs / 60_000} minutes, the longest time for which nodes count.`,
  );
};
