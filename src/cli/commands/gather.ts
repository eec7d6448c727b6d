import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mustRun, run } from '../../host/run.ts';
import { Failure } from '../../values/failure.ts';
import { type CliCommand, exitCodes } from '../command.ts';
import { collectCluster } from '../diagnosis/gather/collect.ts';
import { kubeconfigOption, textOption } from '../options/common-options.ts';
import { withCluster } from '../steps/open-cluster.ts';

const fileName = (now: Date): string => `kubeslice-support-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tar.gz`;

/** A context name as a folder name; contexts of some clouds have slashes and colons. */
const asFolder = (word: string): string => word.replaceAll(/[^\w.-]/g, '_');

/** `kubeslice gather`. */
export const command: CliCommand = {
  name: 'gather',
  summary: 'Write an archive with everything that helps to find a fault, without secrets',
  description:
    'Holds objects of KubeSlice, events, logs of this and the previous start, metrics, what every node reports about itself, and the findings of `kubeslice doctor`, for each context. Of Secrets only names and sizes are kept, of pods of applications only where and how they run, and everything that resembles a token, key or password is removed. Read it before you pass it on.',
  options: [
    { flags: '--contexts <names>', text: 'Contexts of hub and members, with commas (default: the current context)' },
    { flags: '-f, --file <path>', text: 'File to write (default: kubeslice-support-TIME.tar.gz here)' },
    kubeconfigOption,
  ],
  examples: ['kubeslice gather', 'kubeslice gather --contexts hub,east,west -f support.tar.gz'],
  run: async (input) => {
    const { terminal, signal } = input;
    const contexts = textOption(input, 'contexts')
      ?.split(',')
      .filter((word) => word !== '') ?? [undefined];
    const target = resolve(textOption(input, 'file') ?? fileName(new Date()));
    const exists = await access(target).then(
      () => true,
      () => false,
    );
    if (exists) throw new Failure('AlreadyExists', `${target} is there already; name another file with --file.`);
    const folder = await mkdtemp(join(tmpdir(), 'kubeslice-gather-'));
    try {
      let files = 0;
      for (const context of contexts) {
        files += await withCluster(input, context, async (cluster) => {
          terminal.err(`collecting from context "${cluster.context}" …`);
          const put = async (path: string, text: string): Promise<void> => {
            const file = join(folder, 'kubeslice', asFolder(cluster.context), path);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, text, { mode: 0o600 });
          };
          return collectCluster(cluster, put, signal);
        });
      }
      await mustRun(run, ['tar', '-czf', `${target}.part`, '-C', folder, 'kubeslice'], { signal, timeoutMs: 120_000 });
      await rename(`${target}.part`, target);
      terminal.out(`${target}: ${files} files, without secrets; read it before you pass it on`);
      return exitCodes.ok;
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(`${target}.part`, { force: true });
    }
  },
};
