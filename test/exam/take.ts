import { setTimeout as pause } from 'node:timers/promises';
import type { Break, Question } from './break.ts';
import type { ExamWorld } from './exam-world.ts';

/** What came of one break. Times are in seconds from the moment in which it was made. */
export interface Mark {
  readonly name: string;
  /** When status said it; undefined when it did not. */
  readonly statusAt: number | undefined;
  /** When it was mended by the product itself. */
  readonly healedAt: number | undefined;
  /** Whether the command named the cause. */
  readonly named: boolean;
  readonly remedy: string;
  /** When all was well again after the remedy; undefined when it was not. */
  readonly wellAt: number | undefined;
  readonly note: string;
}

/** The remedy of a mark that no command mends. */
export const outside = 'outside of the clusters';

const statusMs = 30_000;
const healedMs = 30_000;
const wellMs = 120_000;

type Found = { readonly text: string; readonly remedies: readonly string[] };

const eventually = async (limitMs: number, holds: () => Promise<boolean>): Promise<number | undefined> => {
  const start = performance.now();
  do {
    if (await holds().catch(() => false)) return Math.round((performance.now() - start) / 100) / 10;
    await pause(200);
  } while (performance.now() - start < limitMs);
  return undefined;
};

/** Whether status or problems say it in some context: what a person sees who asks where he is. */
const statusSays = async (world: ExamWorld, words: RegExp): Promise<boolean> => {
  const asked = await Promise.all(
    ['hub', 'east', 'west'].map((context) => world.kubeslice(['status', '--context', context], { timeoutMs: 20_000 })),
  );
  return asked.some(({ stdout, stderr }) => words.test(stdout) || words.test(stderr));
};

/** What a command found, with the remedies that it prints. */
const ask = async (world: ExamWorld, { command }: Question): Promise<Found> => {
  const { stdout, stderr } = await world.kubeslice([...command, '-o', 'json'], { timeoutMs: 60_000 });
  const text = stdout === '' ? stderr : stdout;
  const remedies = [...text.matchAll(/"remedy": ("(?:[^"\\]|\\.)*")/g)].map(([, quoted = '""']): string => JSON.parse(quoted));
  return { text, remedies };
};

const isWell = async (world: ExamWorld, { healthy }: Break): Promise<boolean> => {
  if (!(await world.answers())) return false;
  if (healthy !== undefined && !(await healthy(world))) return false;
  const doctors = await Promise.all(
    ['east', 'west'].map((context) => world.kubeslice(['doctor', '--context', context], { timeoutMs: 60_000 })),
  );
  return doctors.every(({ code }) => code === 0);
};

const healing = async (world: ExamWorld, broken: Break): Promise<Mark> => {
  const healedAt = await eventually(healedMs, async () => !(await broken.isBroken?.(world)));
  const wellAt = await eventually(wellMs, async () => isWell(world, broken));
  return { name: broken.name, statusAt: undefined, healedAt, named: healedAt !== undefined, remedy: 'none needed', wellAt, note: '' };
};

const mending = async (world: ExamWorld, broken: Break, question: Question): Promise<Mark> => {
  const { status, remedy } = broken;
  const statusAt = status === undefined ? undefined : await eventually(statusMs, async () => statusSays(world, status));
  let found: Found = { text: '', remedies: [] };
  await eventually(statusMs, async () => {
    found = await ask(world, question);
    return question.says.test(found.text);
  });
  const named = question.says.test(found.text);
  const start = performance.now();
  let said = '';
  if (named && remedy === 'printed') {
    // The one that belongs to the cause: its finding is where the words are.
    const mine = found.remedies.find((line) => question.says.test(blockOf(found.text, line))) ?? found.remedies[0];
    const pasted = mine === undefined ? { code: 1, said: 'no remedy was printed' } : await world.paste(mine);
    said = pasted.code === 0 ? (mine ?? '') : `${mine ?? ''} → ${pasted.said.slice(0, 200)}`;
    // Objects of a kind that was deleted must be applied again, which no command of ours can do.
    if (broken.name === 'CRD missing') await broken.undo(world);
  } else await broken.undo(world);
  const waited = await eventually(wellMs, async () => isWell(world, broken));
  const wellAt = waited === undefined ? undefined : Math.round((performance.now() - start) / 100) / 10;
  return {
    name: broken.name,
    statusAt,
    healedAt: undefined,
    named,
    remedy: remedy === 'printed' ? said : outside,
    wellAt,
    note: '',
  };
};

/** The finding or step around a remedy in the JSON that a command printed. */
const blockOf = (text: string, remedy: string): string => {
  const at = text.indexOf(JSON.stringify(remedy));
  return text.slice(text.lastIndexOf('{', at), text.indexOf('}', at + remedy.length));
};

/** Makes one break, looks what is said about it, mends it as told, and puts everything back whatever happened. */
export const take = async (world: ExamWorld, broken: Break): Promise<Mark> => {
  const failed = (note: string): Mark => ({
    name: broken.name,
    statusAt: undefined,
    healedAt: undefined,
    named: false,
    remedy: '',
    wellAt: undefined,
    note,
  });
  if ((await eventually(wellMs, async () => isWell(world, broken))) === undefined) return failed('the playground was not in order before');
  try {
    await broken.make(world);
    return broken.cause === undefined ? await healing(world, broken) : await mending(world, broken, broken.cause);
  } catch (error) {
    return failed(error instanceof Error ? error.message.slice(0, 200) : String(error));
  } finally {
    await broken.undo(world);
  }
};
