import type { Finding } from '../../plan/diagnosis/finding.ts';
import { plainText } from '../../values/text/plain-text.ts';
import type { Colors } from './terminal.ts';

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const paragraph = ({ severity, object, cause, evidence, remedy, advice, lines, code }: Finding, color: Colors): string =>
  [
    `${severity === 'error' ? color.red('✗') : color.yellow('!')} ${plainText(object)}: ${plainText(cause)}`,
    `    seen: ${plainText(evidence)} ${color.dim(`[${code}]`)}`,
    ...(remedy === undefined ? [] : [`    ${color.cyan(plainText(remedy))}`]),
    ...(advice === undefined ? [] : [`    ${remedy === undefined ? '' : 'or '}${plainText(advice)}`]),
    ...(lines ?? []).map((line) => `        ${plainText(line)}`),
  ].join('\n');

/** Findings for people: the fault, the evidence, and the command that repairs it. */
export const renderFindings = (head: string, findings: readonly Finding[], checked: string, color: Colors): string => {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const parts = [
    ...(errors === 0 ? [] : [color.red(count(errors, 'error'))]),
    ...(warnings === 0 ? [] : [color.yellow(count(warnings, 'warning'))]),
  ];
  const verdict = parts.length === 0 ? color.green('nothing is wrong') : parts.join(', ');
  return [`${head}: ${verdict}; ${checked}`, ...findings.map((finding) => paragraph(finding, color))].join('\n\n');
};
