import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failure } from '../../src/values/failure.ts';

/** The Go that compiles the tools, and its target. */
export interface GoVersion {
  readonly goVersion: string;
  readonly architecture: string;
}

/**
 * Environment of every call: static binaries, and none of the user's own Go settings that could change the result.
 *
 * GOGC makes the compiler collect garbage less often: 11 % less processor time for etcd, for a few hundred megabytes while it runs.
 */
const settings = ['CGO_ENABLED=0', 'GOWORK=off', 'GOFLAGS=', 'GOOS=linux', 'GOGC=400'];

/**
 * Version and architecture of the Go in a module's folder. Go may first fetch the toolchain that the module requires.
 *
 * @throws Failure CapabilityMissing when there is no Go, CommandFailed when it refuses the module.
 */
export async function goVersion(moduleFolder: string, signal: AbortSignal, goarch?: string): Promise<GoVersion> {
  const [version = '', architecture = ''] = (await go(moduleFolder, ['env', 'GOVERSION', 'GOARCH'], signal, { goarch })).split('\n');
  return { goVersion: version, architecture };
}

/** Runs one `go build`; `onPackage` is called for each compiled package (not for those in Go's own build cache). */
export async function goBuild(
  options: {
    readonly moduleFolder: string;
    readonly package: string;
    readonly output: string;
    readonly tags: readonly string[];
    readonly definitions: readonly string[];
    /** Target architecture in Go notation. @default that of this machine */
    readonly goarch?: string | undefined;
    readonly onPackage?: (importPath: string) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const linker = ['-s', '-w', ...options.definitions.map((definition) => `-X ${definition}`)].join(' ');
  const flags = ['-trimpath', '-buildvcs=false', '-v', '-tags', options.tags.join(','), '-ldflags', linker];
  await go(options.moduleFolder, ['build', ...flags, '-o', options.output, options.package], signal, {
    onLine: options.onPackage,
    goarch: options.goarch,
  });
}

/**
 * How many packages a build would compile now; the others are in Go's build cache.
 *
 * It takes seconds for a large module, and is only an estimate while a build is running.
 */
export async function goStaleCount(
  moduleFolder: string,
  packages: readonly string[],
  tags: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const format = '{{if .Stale}}{{.ImportPath}}{{end}}';
  const listed = await go(moduleFolder, ['list', '-deps', '-trimpath', '-tags', tags.join(','), '-f', format, ...packages], signal);
  return new Set(listed.split('\n').filter((line) => line !== '')).size;
}

const noGo =
  'Go was not found on PATH, and the playground compiles Kubernetes, etcd, CoreDNS, containerd and wireguard-go from source: install Go 1.26 or newer (https://go.dev/dl) and run this again.';

/** Runs `go` in a folder and resolves with its output; lines on standard error also go to `onLine` as they arrive. */
async function go(
  folder: string,
  args: readonly string[],
  signal: AbortSignal,
  { onLine, goarch }: { readonly onLine?: ((line: string) => void) | undefined; readonly goarch?: string | undefined } = {},
): Promise<string> {
  // `env` sets the variables and then executes go, which inherits the caller's environment (proxies, caches).
  const child = spawn('env', [...settings, ...(goarch === undefined ? [] : [`GOARCH=${goarch}`]), 'go', ...args], {
    cwd: folder,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const complaints: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (complaints.push(line) > 40) complaints.shift();
    onLine?.(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).catch((cause: unknown) => {
    if (signal.aborted) throw new Failure('Interrupted', 'The build was interrupted; run it again and it continues from there.', { cause });
    throw Failure.from(cause, 'CommandFailed');
  });
  if (code === 0) return output.trim();
  if (code === 127) throw new Failure('CapabilityMissing', noGo);
  throw new Failure('CommandFailed', `go ${args[0]} failed in ${folder} (exit code ${code}): ${complaints.slice(-15).join('\n')}`);
}
