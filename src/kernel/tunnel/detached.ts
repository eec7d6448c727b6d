import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readIfPresent, readProcess } from '../../host/read-if-present.ts';
import { mustRun, type Run } from '../../host/run.ts';
import { Failure } from '../../values/failure.ts';
import { type MachineView, moveToOwnCgroup, removeOwnCgroup } from './own-cgroup.ts';

/** How tunnel processes are started on the machine. */
export interface DetachedOptions {
  /** Path of the tunnel program on the machine, absolute: wireguard-go, or ipsec-tunnel. */
  readonly binary: string;
  /** How the name of the program begins, whatever its version. @default wireguard */
  readonly program?: string;
  /**
   * Arguments before the program that run it among the machine's own processes. From the agent's container this is `nsenter` into PID 1's mount and
   * network namespace, so that the process keeps no part of the container in use.
   */
  readonly enter: readonly string[];
  /** Directory of process records and logs; on tmpfs, because processes do not survive a reboot either. */
  readonly directory: string;
  /** Name of the cgroup the processes live in. */
  readonly cgroup: string;
  readonly machine: (signal: AbortSignal) => Promise<MachineView>;
  readonly run: Run;
}

/** How a container with the host's PID namespace sees PID 1's machine. */
export const machineOfInit =
  (run: Run): DetachedOptions['machine'] =>
  async (signal) => ({
    mountinfo: await readFile('/proc/1/mountinfo', 'utf8'),
    // Inside PID 1's cgroup namespace, so that paths start at the machine's cgroup mounts.
    membership: await mustRun(run, ['nsenter', '--target', '1', '--cgroup', '--', 'cat', '/proc/1/cgroup'], { signal }),
    root: '/proc/1/root',
  });

/** What a tunnel process gets beside the name of its interface. */
export interface DetachedArguments {
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Tunnel processes (wireguard-go, ipsec-tunnel) that live on the machine instead of in the agent's container: own session, own cgroup in every hierarchy, own
 * files. A restarted or upgraded agent finds them by interface name and leaves them running.
 */
export class DetachedTunnels {
  readonly #options: DetachedOptions;

  constructor(options: DetachedOptions) {
    this.#options = options;
  }

  /**
   * Starts the process of an interface and resolves with its PID once it runs outside the container's cgroup. The interface appears in the machine's
   * network namespace shortly after.
   */
  async start(name: string, signal: AbortSignal, { words = [], env = {} }: DetachedArguments = {}): Promise<number> {
    const { binary, enter, directory, cgroup } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const log = await open(`${directory}/${name}.log`, 'w', 0o600);
    try {
      const argv = [...enter, binary, '--foreground', name, ...words];
      // A session of its own, so that signals to the agent's process group do not reach it.
      const child = spawn(argv[0] ?? binary, argv.slice(1), {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        cwd: '/',
        // The environment variable also keeps it in the foreground, and suppresses a banner about kernel support.
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LOG_LEVEL: 'error', WG_PROCESS_FOREGROUND: '1', ...env },
      });
      const pid = await new Promise<number>((resolve, reject) => {
        child.once('error', (cause) =>
          reject(
            new Failure('CapabilityMissing', `The tunnel program ${argv.join(' ')} could not be started: ${cause.message}`, {
              cause,
              retry: 'later',
            }),
          ),
        );
        child.once('spawn', () => resolve(child.pid ?? 0));
      });
      child.unref();
      const problems = await moveToOwnCgroup(await this.#options.machine(signal), cgroup, pid);
      await writeFile(`${directory}/${name}.pid`, String(pid), { mode: 0o600 });
      if (problems.length > 0) await writeFile(`${directory}/${name}.cgroup`, problems.join('\n'), { mode: 0o600 });
      return pid;
    } finally {
      await log.close();
    }
  }

  /** PID of the running process of an interface, including one that an earlier run of the agent started. */
  async find(name: string): Promise<number | undefined> {
    const recorded = Number((await readIfPresent(`${this.#options.directory}/${name}.pid`)) ?? '0');
    if (recorded > 0 && (await this.#serves(recorded)) === name) return recorded;
    return (await this.list()).get(name);
  }

  /** Whether a process of an interface was started and not stopped since; it may have ended. */
  async isRecorded(name: string): Promise<boolean> {
    return (await readIfPresent(`${this.#options.directory}/${name}.pid`)) !== undefined;
  }

  /** PID by interface of every tunnel process on this machine whose program is in our binary's directory. */
  async list(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const name = await this.#serves(Number(entry));
      if (name !== undefined) found.set(name, Number(entry));
    }
    return found;
  }

  /** Last lines of a process's log, for messages. */
  async log(name: string): Promise<string> {
    const text = (await readIfPresent(`${this.#options.directory}/${name}.log`)) ?? '';
    return text.trim().split('\n').slice(-3).join('; ');
  }

  /** Ends the process of an interface, which deletes the interface; resolves when the process has ended. */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    const pid = await this.find(name);
    if (pid !== undefined) {
      process.kill(pid, 'SIGTERM');
      for (let waited = 0; (await this.#serves(pid)) === name; waited += 10) {
        if (signal.aborted) throw new Failure('Interrupted', `Ending the tunnel process of ${name} was cancelled.`);
        if (waited === 2_000) process.kill(pid, 'SIGKILL');
        if (waited > 4_000) throw new Failure('Timeout', `The tunnel process ${pid} of ${name} does not end, not even when killed.`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    for (const suffix of ['pid', 'log', 'cgroup']) await rm(`${this.#options.directory}/${name}.${suffix}`, { force: true });
  }

  /** Removes the cgroup once no process is left in it. */
  async removeCgroup(signal: AbortSignal): Promise<void> {
    await removeOwnCgroup(await this.#options.machine(signal), this.#options.cgroup);
  }

  /** The interface that a process serves, or undefined when the process is not ours. A zombie has no command line, so it counts as ended. */
  async #serves(pid: number): Promise<string | undefined> {
    const words = ((await readProcess(`/proc/${pid}/cmdline`)) ?? '').split('\0');
    const { binary, program = 'wireguard' } = this.#options;
    const directory = binary.slice(0, binary.lastIndexOf('/') + 1);
    return words[0]?.startsWith(directory) && words[0].slice(directory.length).startsWith(program) && words[1] === '--foreground'
      ? words[2]
      : undefined;
  }
}
