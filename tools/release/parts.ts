import { join } from 'node:path';
import { type Architecture, architectureOf } from '../../playground/images/recipe.ts';
import { type NodePrograms, nodePrograms } from '../../playground/toolchain/catalogue.ts';
import { provideDebianPackages } from '../../playground/toolchain/debian.ts';
import { imagePackages } from '../../playground/toolchain/debian-packages.ts';
import { provide } from '../../playground/toolchain/provide.ts';
import { Failure } from '../../src/values/failure.ts';
import { nodeFor } from './node-for.ts';

/** What a release is made of for one architecture. */
export interface Parts {
  readonly programs: NodePrograms;
  readonly node: string;
}

/** Debian's package with `strip` for the other architecture, by this machine's. */
const foreignStrip: Readonly<Record<Architecture, { readonly name: string; readonly files: readonly string[]; readonly purpose: string }>> =
  {
    amd64: { name: 'binutils-aarch64-linux-gnu', files: ['aarch64-linux-gnu-strip'], purpose: 'makes Node for arm64 smaller' },
    arm64: { name: 'binutils-x86-64-linux-gnu', files: ['x86_64-linux-gnu-strip'], purpose: 'makes Node for amd64 smaller' },
  };

/**
 * Compiles, fetches and installs what a release is made of.
 *
 * @throws Failure of apt-get, go and npm; CapabilityMissing on a machine that nothing is built for.
 */
export async function provideParts(
  options: {
    readonly project: string;
    readonly cache: string;
    readonly architectures: readonly Architecture[];
    readonly report: (line: string) => void;
  },
  signal: AbortSignal,
): Promise<Readonly<Record<Architecture, Parts>>> {
  const { project, cache, architectures, report } = options;
  const machine = architectureOf(process.arch);
  if (machine === undefined) throw new Failure('CapabilityMissing', `Images are made on x86-64 and arm64, not on ${process.arch}.`);
  await provideDebianPackages(
    {
      packages: [...imagePackages, foreignStrip[machine]],
      report: ({ state, packages }) => report(`Debian packages (${packages.join(', ')}): ${state}`),
    },
    signal,
  );
  const parts: Partial<Record<Architecture, Parts>> = {};
  for (const architecture of architectures) {
    report(`programs for ${architecture}`);
    const programs = await provide(nodePrograms, { cache, modules: join(project, 'toolchain'), goarch: architecture }, signal);
    parts[architecture] = { programs, node: await nodeFor(project, architecture, cache, signal) };
  }
  return parts as Record<Architecture, Parts>;
}
