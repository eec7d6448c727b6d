import { expect, test } from 'vitest';
import type { Finding } from '../../plan/diagnosis/finding.ts';
import { renderFindings } from './findings-text.ts';
import { createTerminal } from './terminal.ts';

const { color } = createTerminal({ NO_COLOR: '1' }, process.stdout, process.stderr);

test('lines to write by hand stay lines, so that they can be pasted', () => {
  const finding: Finding = {
    code: 'DnsNotWired',
    severity: 'error',
    object: 'cluster DNS',
    cause: 'No name is found.',
    evidence: 'nothing there',
    advice: 'add these lines to a Corefile',
    lines: ['slice.local:53 {', '    errors', '}'],
  };
  expect(renderFindings('east', [finding], '1 asked', color)).toBe(
    [
      'east: 1 error; 1 asked',
      '',
      '✗ cluster DNS: No name is found.',
      '    seen: nothing there [DnsNotWired]',
      '    add these lines to a Corefile',
      '        slice.local:53 {',
      '            errors',
      '        }',
    ].join('\n'),
  );
});
