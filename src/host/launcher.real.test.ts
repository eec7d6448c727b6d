import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provide } from '../../playground/toolchain/provide.ts';
import { Launcher } from './launcher.ts';
import { runContract } from './run.contract.ts';
import { type Run, run as runDirectly } from './run.ts';

const signal = new AbortController().signal;

describe('programs that the launcher starts', () => {
  let program: string;
  let launcher: Launcher;
  const run: Run = (argv, options) => launcher.run(argv, options);
  beforeAll(async () => {
    const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice');
    const modules = join(import.meta.dirname, '../../toolchain');
    program = (await provide(['launcher'], { cache, modules }, AbortSignal.timeout(110_000))).launcher;
    launcher = new Launcher(program);
  }, 120_000);
  afterAll(() => launcher.stop());

  runContract(run);

  it('know nothing of the environment of this process', async () => {
    process.env.SECRET_OF_TEST = 'x';
    const { stdout } = await run(['env'], { signal });
    delete process.env.SECRET_OF_TEST;
    expect(stdout).toContain('LC_ALL=C\n');
    expect(stdout).not.toContain('SECRET_OF_TEST');
  });

  it('run at the same time, and each gets its own answer, with any characters', async () => {
    const words = ['a', 'ü', '"\\\n', '<&>', '\u2028', 'x'.repeat(300_000)];
    const outputs = await Promise.all(words.map((input) => run(['cat'], { signal, input })));
    expect(outputs.map(({ stdout }) => stdout)).toEqual(words);
    const both = [run(['sh', '-c', 'read line < "$0"; echo $line', '/dev/stdin'], { signal, input: 'later\n' }), run(['true'], { signal })];
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
  });

  it('are given up when their launcher dies, and the next one has another launcher', async () => {
    const parent = (await run(['sh', '-c', 'echo $PPID'], { signal })).stdout.trim();
    const sleeping = run(['sleep', '60'], { signal });
    await run(['true'], { signal });
    const [sleep = ''] = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ');
    process.kill(Number(parent), 'SIGKILL');
    await expect(sleeping).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringMatching(/sleep has no result: .*SIGKILL/),
    });
    if (sleep !== '') process.kill(Number(sleep), 'SIGKILL');
    const next = (await run(['sh', '-c', 'echo $PPID'], { signal })).stdout.trim();
    expect(next).not.toBe(parent);
  });

  it('are not started without a launcher, and that is said', async () => {
    const broken = new Launcher('/nowhere/launcher');
    await expect(broken.run(['true'], { signal })).rejects.toThrow(/true has no result: .*ENOENT/);
    await expect(broken.run(['true'], { signal })).rejects.toThrow(/ENOENT/);
  });

  it('cost a process with much memory less than those that it starts itself', async () => {
    const held = Buffer.alloc(200 * 1024 * 1024, 1);
    const cost = async (one: Run): Promise<number> => {
      const before = process.cpuUsage();
      for (let times = 0; times < 20; times += 1) await one(['true'], { signal });
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await cost(run);
    const [launched, direct] = [await cost(run), await cost(runDirectly)];
    console.log(
      `20 programs: ${Math.round(launched / 1_000)} ms of this process by the launcher, ${Math.round(direct / 1_000)} ms directly`,
    );
    expect(held[0]).toBe(1);
    expect(launched).toBeLessThan(direct / 2);
  });

  it('end with this process', () => {
    const script = `import { Launcher } from '${import.meta.dirname}/launcher.ts';
      const launcher = new Launcher(process.argv[1]);
      const { stdout } = await launcher.run(['sh', '-c', 'echo $PPID'], { signal: new AbortController().signal });
      process.stdout.write(stdout);
      process.exit();`;
    const pid = execFileSync(process.execPath, ['--input-type=module', '-e', script, program], { encoding: 'utf8' }).trim();
    const isThere = (): boolean => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launcher');
      } catch {
        return false;
      }
    };
    return expect.poll(isThere).toBe(false);
  });
});
