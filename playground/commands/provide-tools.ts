import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../src/values/failure.ts';
import { buildImage } from '../images/build-image.ts';
import { contentKey } from '../images/content-key.ts';
import { type Architecture, architectureOf } from '../images/recipe.ts';
import { singleProgramImage } from '../images/recipes/single-program.ts';
import { playgroundTools, toolOf } from '../toolchain/catalogue.ts';
import { provideDebianPackages } from '../toolchain/debian.ts';
import { provide, type ToolProgress } from '../toolchain/provide.ts';
import type { Tools } from '../toolchain/tools.ts';
import { ownCommand } from './own-command.ts';
import type { Places } from './places.ts';

/** The architecture of this machine in OCI notation. @throws Failure `CapabilityMissing` for an unsupported one. */
export function machineArchitecture(): Architecture {
  const architecture = architectureOf(process.arch);
  if (architecture !== undefined) return architecture;
  throw new Failure('CapabilityMissing', `A playground runs on x86-64 and arm64, not on ${process.arch}.`);
}

/**
 * The programs and images of a playground: it installs missing Debian packages, and compiles programs and builds images that the cache does not have.
 */
export async function provideTools(places: Places, report: (line: string) => void, signal: AbortSignal): Promise<Tools> {
  const architecture = machineArchitecture();
  const installed = await provideDebianPackages(
    { report: ({ state, packages }) => report(`Debian packages (${packages.join(', ')}): ${state}`) },
    signal,
  );
  if (installed.length > 0) report(`installed ${installed.join(', ')}`);
  const programs = await provide(
    playgroundTools,
    { cache: places.cache, modules: join(places.project, 'toolchain'), report: eachFifteenSeconds(report) },
    signal,
  );
  const single = async (name: 'pause' | 'coredns') =>
    buildImage(
      await singleProgramImage({ name, version: toolOf(name).version, architecture, program: programs[name] }, signal),
      places.cache,
      signal,
    );
  const [pause, dns] = [await single('pause'), await single('coredns')];
  return {
    programs,
    extraPrograms: { helm: await helmOnDemand(places) },
    cniPlugins: '/usr/lib/cni',
    images: [pause.path, dns.path],
    pauseImage: `docker.io/${pause.reference}`,
    dnsImage: `docker.io/${dns.reference}`,
  };
}

/** A `helm` for people's shells that compiles the real one at its first call, because that takes minutes. */
async function helmOnDemand(places: Places): Promise<string> {
  const script = `#!/bin/sh\nset -e\nhelm=$(${ownCommand(places)} playground tool helm)\nexec "$helm" "$@"\n`;
  const path = join(places.cache, `helm-on-demand-${contentKey({ script })}`, 'helm');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

/** Reports the progress of the compiler periodically, and nothing about cached tools. */
export function eachFifteenSeconds(report: (line: string) => void): (progress: ToolProgress) => void {
  const printed = new Map<string, number>();
  return ({ tool, version, state, elapsedSeconds, compiled, total }) => {
    if (state === 'present') return;
    const last = printed.get(tool);
    if (state === 'building' && last !== undefined && elapsedSeconds - last < 15) return;
    printed.set(tool, elapsedSeconds);
    const packages = total === undefined ? '' : `, ${compiled} of ${total} packages`;
    report(`${tool} ${version}: ${state} (${Math.round(elapsedSeconds)} s${packages})`);
  };
}
