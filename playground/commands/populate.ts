import type { CliCommand, CliInput } from '../../src/cli/command.ts';
import { exitCodes } from '../../src/cli/command.ts';
import { Failure } from '../../src/values/failure.ts';

/** Runs another command of the command line as a person would, with its output on the error stream. */
const runCommand = async (input: CliInput, command: CliCommand, words: readonly string[], options: CliInput['options']): Promise<void> => {
  const terminal = { ...input.terminal, out: () => undefined };
  const code = await command.run?.({ ...input, terminal, arguments: words, options: { project: 'default', ...options } });
  if (code !== exitCodes.ok)
    throw new Failure('Unavailable', `"kubeslice ${command.name} ${words.join(' ')}" ended with exit code ${code}.`);
};

/**
 * Installs KubeSlice into bare clusters as a person would: `kubeslice install` on the hub, `kubeslice join` for each member, the members
 * concurrently. An existing installation is kept or repaired.
 */
export async function populate(
  input: CliInput,
  kubeconfig: string,
  members: readonly string[],
  report: (line: string) => void,
): Promise<void> {
  const [{ command: install }, { command: join }] = await Promise.all([
    import('../../src/cli/commands/install.ts'),
    import('../../src/cli/commands/join.ts'),
  ]);
  await runCommand(input, install, [], { context: 'hub', kubeconfig, wait: true });
  report('hub: the controller runs');
  await Promise.all(
    members.map(async (member) => {
      await runCommand(input, join, [member], { context: member, hubContext: 'hub', kubeconfig, wait: true });
      report(`${member}: joined, its worker, agents and DNS run`);
    }),
  );
}
