import { access, chmod, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../src/values/failure.ts';
import type { Tool, ToolName, tools } from './catalogue.ts';
import { toolOf } from './catalogue.ts';
import { goBuild, goStaleCount, goVersion } from './go.ts';
import { toolKey } from './tool-key.ts';
import { toolSources } from './tool-sources.ts';

/** The programs, including links, of the named tools. */
export type ProgramName<Name extends ToolName = ToolName> = {
  [Each in Name]: (typeof tools)[Each] extends { links: infer Links }
    ? (keyof (typeof tools)[Each]['programs'] | keyof Links) & string
    : keyof (typeof tools)[Each]['programs'] & string;
}[Name];

/** Progress of one tool. */
export interface ToolProgress {
  readonly tool: ToolName;
  readonly version: string;
  /** `present`: in the cache, nothing to do. `building` is reported about once a second, `built` once. */
  readonly state: 'present' | 'building' | 'built';
  /** Since work on this tool started. */
  readonly elapsedSeconds: number;
  /** Go packages compiled so far, and how many there are to compile; the second is absent while unknown. */
  readonly compiled: number;
  readonly total: number | undefined;
}

/** The folders, and the receiver of progress. */
export interface ProvideOptions {
  /** The cache folder of the project, for example `~/.cache/kubeslice`; tools go to its `tools` folder. */
  readonly cache: string;
  /** The `toolchain` folder that holds the Go modules. */
  readonly modules: string;
  /** Target architecture in Go notation (`amd64`, `arm64`). @default that of this machine */
  readonly goarch?: string;
  readonly report?: (progress: ToolProgress) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Absolute paths of all programs of the named tools, compiled first if the cache does not have them.
 *
 * A tool appears in the cache complete or not at all (built beside it, then renamed). Tools of one module are built one after the other, because they
 * share most packages; modules are built two at a time. An interrupted build continues from Go's own build cache when run again.
 *
 * @throws Failure CapabilityMissing without Go, CommandFailed when something does not compile, Interrupted by the signal.
 */
export async function provide<Name extends ToolName>(
  names: readonly Name[],
  options: ProvideOptions,
  signal: AbortSignal,
): Promise<Record<ProgramName<Name>, string>> {
  const paths: Record<string, string> = {};
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const chains = chainsByModule(names);
  const workOff = async (): Promise<void> => {
    for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) {
      for (const name of chain) Object.assign(paths, await provideOne(name, options, either));
    }
  };
  const lanes = [workOff(), workOff()].map((lane) => lane.catch((error: unknown) => failed.abort(error)));
  await Promise.all(lanes);
  if (failed.signal.aborted) throw Failure.from(failed.signal.reason);
  return paths;
}

/** The tools grouped by Go module, in the order given, each tool once. */
export function chainsByModule<Name extends ToolName>(names: readonly Name[]): Name[][] {
  return [...Map.groupBy(new Set(names), (name) => toolOf(name).module).values()];
}

async function provideOne(name: ToolName, options: ProvideOptions, signal: AbortSignal): Promise<Record<string, string>> {
  const tool = toolOf(name);
  const moduleFolder = join(options.modules, tool.module);
  const now = options.now ?? ((): number => performance.now());
  const started = now();
  const counts: { compiled: number; total: number | undefined } = { compiled: 0, total: undefined };
  const report = (state: ToolProgress['state']): void =>
    options.report?.({ tool: name, version: tool.version, state, elapsedSeconds: (now() - started) / 1000, ...counts });

  const sources = await toolSources(moduleFolder, tool, signal);
  const key = toolKey({ tool, sources, ...(await goVersion(moduleFolder, signal, options.goarch)) });
  const folder = join(options.cache, 'tools', `${name}-${tool.version}-${key}`);
  if (await exists(folder)) {
    report('present');
    return programsIn(folder, tool);
  }

  report('building');
  const ticking = setInterval(() => report('building'), 1000);
  const counted = goStaleCount(moduleFolder, Object.values(tool.programs), tool.tags, signal).then(
    (stale) => {
      counts.total = counts.compiled + stale;
    },
    // The count is only displayed; the build itself reports faults of the module.
    () => undefined,
  );
  try {
    await mkdir(join(options.cache, 'tools'), { recursive: true });
    const partial = await mkdtemp(`${folder}.partial-`);
    try {
      for (const [program, path] of Object.entries(tool.programs)) {
        const onPackage = (): void => {
          counts.compiled += 1;
        };
        const output = join(partial, program);
        await goBuild(
          { moduleFolder, package: path, output, tags: tool.tags, definitions: tool.definitions, goarch: options.goarch, onPackage },
          signal,
        );
      }
      for (const [link, program] of Object.entries(tool.links ?? {})) await symlink(program, join(partial, link));
      await chmod(partial, 0o755);
      await publish(partial, folder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    await counted;
  } finally {
    clearInterval(ticking);
  }
  report('built');
  return programsIn(folder, tool);
}

/** Moves the finished folder to its place; if another process was faster, its equal result stays. */
async function publish(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  }
}

function programsIn(folder: string, tool: Tool): Record<string, string> {
  const names = [...Object.keys(tool.programs), ...Object.keys(tool.links ?? {})];
  return Object.fromEntries(names.map((program) => [program, join(folder, program)]));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
