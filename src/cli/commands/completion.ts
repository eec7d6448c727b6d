import type { CliCommand } from '../command.ts';
import { registry } from '../registry.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../render/completion-scripts.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const shell = (name: keyof typeof scripts, hint: string): CliCommand => ({
  name,
  summary: `Print the completion script for ${name}`,
  examples: [hint],
  run: async ({ terminal }) => {
    const commands = await Promise.all(registry.map(async ({ load }) => (await load()).command));
    terminal.out(scripts[name](commands));
    return 0;
  },
});

/** `kubeslice completion`. */
export const command: CliCommand = {
  name: 'completion',
  summary: 'Print a completion script for a shell',
  commands: [
    shell('bash', 'source <(kubeslice completion bash)'),
    shell('zsh', 'kubeslice completion zsh > "${fpath[1]}/_kubeslice"'),
    shell('fish', 'kubeslice completion fish > ~/.config/fish/completions/kubeslice.fish'),
  ],
};
