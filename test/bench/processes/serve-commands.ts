import { createInterface } from 'node:readline';

/** What a process does on a line; the words after the first are given to it. What it returns is the answer. */
export type Commands = Readonly<Record<string, (...words: string[]) => unknown>>;

/** The lines of standard input: the first has the settings. */
export const standardInput = (): AsyncIterator<string> => createInterface(process.stdin)[Symbol.asyncIterator]();

/** The settings of this process. */
export const readSettings = async <T>(lines: AsyncIterator<string>): Promise<T> => JSON.parse(String((await lines.next()).value));

/** Carries out commands, one after another, until standard input ends. Every process says how much processor time it has used (`cpu`). */
export const serveCommands = async (lines: AsyncIterator<string>, commands: Commands): Promise<void> => {
  const all: Commands = {
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    },
    ...commands,
  };
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const [name = '', ...words] = next.value.split(' ');
    const answer = (await all[name]?.(...words)) ?? null;
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
};
