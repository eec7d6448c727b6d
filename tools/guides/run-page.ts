import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../src/values/failure.ts';
import { isAsExpected, isLook } from './expected.ts';
import type { Block, Command, Page } from './page.ts';
import { openShell, type Shell } from './shell.ts';

/** How long a command may take, and how long what it shows may take to come true. */
export interface Patience {
  readonly commandMs: number;
  readonly lookMs: number;
}

/** What was done with a page's blocks. */
export interface PageOutcome {
  readonly run: number;
  readonly notRun: readonly { readonly where: string; readonly reason: string }[];
  readonly seconds: number;
}

/**
 * Executes the blocks of a page in order, in one shell.
 *
 * @throws Failure CommandFailed with page, line, command and what it printed, when a command fails or prints something else than the page shows.
 */
export async function runPage(
  page: Page,
  options: {
    readonly folder: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly patience: Patience;
    readonly report?: (line: string) => void;
  },
): Promise<PageOutcome> {
  const started = performance.now();
  const notRun = page.blocks.flatMap((block) => {
    const reason = block.notRun ?? page.notRun;
    return reason === undefined ? [] : [{ where: `${page.path}:${block.line}`, reason }];
  });
  const blocks = page.notRun === undefined ? page.blocks.filter((block) => block.notRun === undefined) : [];
  const shell = openShell(options.folder, options.env);
  try {
    for (const block of blocks) {
      for (const command of block.commands) {
        options.report?.(`${page.path}:${block.line}: ${command.text.split('\n')[0]}`);
        await runCommand(shell, command, options.patience).catch((cause: unknown) => {
          throw Failure.is(cause) ? new Failure(cause.code, `${page.path}:${block.line}: ${cause.message}`, { cause }) : cause;
        });
      }
    }
  } finally {
    await shell.end();
  }
  return { run: blocks.length, notRun, seconds: (performance.now() - started) / 1000 };
}

/** How many blocks of the page are executed. */
export const countRun = (page: Page): number =>
  page.notRun === undefined ? page.blocks.filter((block: Block) => block.notRun === undefined).length : 0;

async function runCommand(shell: Shell, command: Command, patience: Patience): Promise<void> {
  const deadline = performance.now() + patience.lookMs;
  for (;;) {
    // A script ends at the first command that fails, as one who copies it would.
    const text = command.expected === undefined && command.text.includes('\n') ? `set -e\n${command.text}\nset +e` : command.text;
    const { code, printed } = await shell.run(text, patience.commandMs);
    const complaint = complaintOf(command, code, printed);
    if (complaint === undefined) return;
    if (!isLook(command.text) || performance.now() > deadline) {
      throw new Failure('CommandFailed', `${complaint}\n$ ${command.text}\n${printed.trim().slice(-3_000)}`);
    }
    await pause(500);
  }
}

function complaintOf({ exitCode, expected }: Command, code: number, printed: string): string | undefined {
  if (code !== exitCode) return `it ended with exit code ${code}, and the page says ${exitCode}`;
  if (expected !== undefined && !isAsExpected(expected, printed))
    return `the page shows something else:\n${expected}\nand this was printed:`;
  return undefined;
}
