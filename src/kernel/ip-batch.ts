import { Failure } from '../values/failure.ts';

const control = /\p{Cc}/u;

/**
 * The input of `ip -batch` for these commands. Every word was read into a value where it entered; should one ever not have been, a line break
 * in it must not begin another command, so `InvalidInput` is thrown and nothing is executed.
 */
export const ipBatch = (lines: readonly string[]): string => {
  const broken = lines.find((line) => control.test(line));
  if (broken !== undefined)
    throw new Failure('InvalidInput', `The command ${JSON.stringify(broken)} has a control character in it and is not executed.`);
  return `${lines.join('\n')}\n`;
};
