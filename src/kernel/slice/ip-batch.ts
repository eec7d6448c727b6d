import { Failure } from '../../values/failure.ts';

const control = /\p{Cc}/u;

/**
 * The input of `ip -batch` for these commands. Every argument was parsed into a value where it entered. As a second barrier, a line break in an
 * argument must not begin another command: it throws `InvalidInput`, and nothing is executed.
 */
export const ipBatch = (lines: readonly string[]): string => {
  const broken = lines.find((line) => control.test(line));
  if (broken !== undefined)
    throw new Failure('InvalidInput', `The command ${JSON.stringify(broken)} has a control character in it and is not executed.`);
  return `${lines.join('\n')}\n`;
};
