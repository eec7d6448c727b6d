import type { Problem } from '../../plan/status/problem.ts';
import { plainText } from '../../values/text/plain-text.ts';
import { formatAge } from './age.ts';
import type { Colors } from './terminal.ts';

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** How many problems and warnings there are, or that there are none. */
export const verdictText = (problems: readonly Problem[], color: Colors): string => {
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const errors = problems.length - warnings;
  const verdict = errors === 0 ? color.green('healthy') : color.red(count(errors, 'problem'));
  return warnings === 0 ? verdict : `${verdict}, ${color.yellow(count(warnings, 'warning'))}`;
};

const ageText = ({ since }: Problem, now: number): string => {
  const at = Date.parse(since ?? '');
  return Number.isNaN(at) ? '' : `, for ${formatAge(now - at)}`;
};

const mark = ({ severity }: Problem, color: Colors): string => (severity === 'error' ? color.red('✗') : color.yellow('!'));

/** Each problem in two lines: subject, age and evidence, then the remedy. */
export const renderProblemsShort = (problems: readonly Problem[], color: Colors, now: number): string =>
  problems
    .map(
      (problem) =>
        `${mark(problem, color)} ${plainText(problem.subject)}${ageText(problem, now)}: ${plainText(problem.text)}\n    ${color.cyan(plainText(problem.help))}`,
    )
    .join('\n');

/** Each problem in full: subject, reason and age; the cause; the evidence; and the remedy. */
export const renderProblems = (problems: readonly Problem[], color: Colors, now: number): string =>
  problems
    .map((problem) =>
      [
        `${mark(problem, color)} ${plainText(problem.subject)}: ${plainText(problem.reason)}${ageText(problem, now)}`,
        `    cause     ${plainText(problem.cause)}`,
        `    evidence  ${plainText(problem.text)}`,
        `    help      ${color.cyan(plainText(problem.help))}`,
      ].join('\n'),
    )
    .join('\n\n');
