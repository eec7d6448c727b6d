import { type CliCommand, exitCodes } from '../../src/cli/command.ts';
import { outputOption, printModel } from '../../src/cli/render/output.ts';
import { type PlaygroundStatus, status } from '../clusters/status.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground status`. */
export const statusCommand: CliCommand = {
  name: 'status',
  summary: 'Show the machines, their memory and the faults',
  options: [nameOption, outputOption('json', 'yaml')],
  run: async ({ options, env, terminal }) => {
    const model = await status(places(env).state, playgroundName({ options, env }));
    await printModel(terminal, options.output, model, () => describe(model));
    return model.machines.every((machine) => machine.running) && model.faults.length === 0 ? exitCodes.ok : exitCodes.unhealthy;
  },
};

function describe({ machines, faults }: PlaygroundStatus): string {
  const total = machines.reduce((sum, machine) => sum + machine.memoryMiB, 0);
  const lines = machines.map(({ name, address, running, memoryMiB, processes, services }) =>
    [
      name.padEnd(24),
      address.padEnd(16),
      running ? `${String(memoryMiB).padStart(5)} MiB ${String(processes).padStart(4)} processes  ${services.join(' ')}` : 'off',
    ].join(''),
  );
  return [...lines, `${''.padEnd(40)}${String(total).padStart(5)} MiB`, ...faults.map((fault) => `fault: ${fault}`)].join('\n');
}
