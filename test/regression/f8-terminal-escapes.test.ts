import fc from 'fast-check';
import pc from 'picocolors';
import { expect, it } from 'vitest';
import { printModel } from '../../src/cli/render/output.ts';
import { renderProblems } from '../../src/cli/render/problems-text.ts';
import { renderFleetStatus } from '../../src/cli/render/status-text.ts';
import { createTerminal } from '../../src/cli/render/terminal.ts';
import type { FleetStatus } from '../../src/plan/status/fleet-status.ts';

/*
 * F8: a member's message reached the administrator's terminal raw with `kubeslice status`, so that a member wrote escape sequences there.
 */

const hostile = '\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u009b8m\u001b[8mhidden\r✗ forged\n✓ all is well\u202e\u2028';
const status: FleetStatus = {
  side: 'hub',
  project: 'default',
  healthy: false,
  fleetHealthy: false,
  programs: [{ name: 'controller', wanted: 1, available: 1, image: 'i' }],
  clusters: [],
  slices: [],
  nodes: [],
  problems: [
    { subject: hostile, severity: 'error', reason: hostile, cause: hostile, text: hostile, help: hostile },
  ] as unknown as FleetStatus['problems'],
};

/** What a terminal gets that has colours. */
const terminal = (): { written: () => string; terminal: ReturnType<typeof createTerminal> } => {
  let text = '';
  const stream = { isTTY: true, write: (part: string) => ((text += part), true) } as never;
  return { written: () => text, terminal: createTerminal({}, stream, stream) };
};
const plainColour = new RegExp(`${String.fromCharCode(27)}\\[(?:3\\d|39|1|22|0)m`, 'g');
const anyWeight = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
/** Everything but printable text, line ends, tabs and plain colours. */
const commands = (text: string): string[] =>
  text
    .replace(plainColour, '')
    .match(/[\p{Cc}\p{Bidi_C}]/gu)
    ?.filter((one) => one !== '\n' && one !== '\t') ?? [];

it('status shows a member’s message on its own line, without its commands', () => {
  const shown = renderFleetStatus(status, pc.createColors(false), false, 0);
  expect(commands(shown)).toEqual([]);
  expect(commands(renderProblems(status.problems, pc.createColors(false), 0))).toEqual([]);
  expect(shown.split('\n').filter((line) => line.startsWith('✗ ') || line.startsWith('✓'))).toHaveLength(1);
});

it.each(['json', 'yaml', 'text'])('nothing that a member wrote commands the terminal, as %s', async (format) => {
  const out = terminal();
  await printModel(out.terminal, format, status, () => renderFleetStatus(status, out.terminal.color, true, 0));
  expect(commands(out.written())).toEqual([]);
  if (format === 'json') expect(JSON.parse(out.written())).toEqual(status);
});

it('not by any other way to the terminal either (property)', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map((text) => `${text}${hostile}${text}`),
      ),
      (text) => {
        const out = terminal();
        out.terminal.out(text);
        out.terminal.err(text);
        expect(commands(out.written().replace(anyWeight, ''))).toEqual([]);
        expect(out.written()).not.toContain('\u001b[8m');
      },
    ),
  );
});

it('colours of our own stay', () => {
  const out = terminal();
  const color = pc.createColors(true);
  const line = color.bold(color.red('down')) + color.dim(color.cyan('x'));
  out.terminal.out(line);
  expect(out.written()).toBe(`${line}\n`);
});
