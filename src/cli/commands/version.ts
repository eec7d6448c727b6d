import type { CliCommand } from '../command.ts';
import { outputOption, printModel } from '../render/output.ts';

/** `kubeslice version`. */
export const command: CliCommand = {
  name: 'version',
  summary: 'Print the version',
  options: [outputOption('json', 'yaml')],
  examples: ['kubeslice version', 'kubeslice version -o json'],
  run: async ({ options, terminal, version }) => {
    const model = { version, node: process.versions.node, platform: `${process.platform}/${process.arch}` };
    await printModel(terminal, options.output, model, () => `kubeslice ${version}`);
    return 0;
  },
};
