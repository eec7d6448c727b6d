import { expect, it } from 'vitest';
import { mustRun, type Run } from './run.ts';

const signal = new AbortController().signal;

/** What everything that runs programs does alike. */
export const runContract = (run: Run): void => {
  it('returns what a program prints and its exit code', async () => {
    expect(await run(['sh', '-c', 'cat; echo no >&2; exit 3'], { signal, input: 'yes' })).toEqual({
      code: 3,
      stdout: 'yes',
      stderr: 'no\n',
    });
  });

  it('names the program that is missing', async () => {
    await expect(run(['no-such-program-of-ours'], { signal })).rejects.toMatchObject({ code: 'CapabilityMissing' });
  });

  it('reports what failed and what it printed', async () => {
    await expect(mustRun(run, ['sh', '-c', 'echo broken >&2; exit 1'], { signal })).rejects.toThrow(/failed with code 1: broken/);
  });

  it('stops a program that takes too long, and one whose work is cancelled', async () => {
    await expect(run(['sleep', '60'], { signal, timeoutMs: 30 })).rejects.toMatchObject({
      code: 'Timeout',
      message: expect.stringContaining('`sleep 60`'),
    });
    const controller = new AbortController();
    const sleeping = run(['sleep', '60'], { signal: controller.signal });
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: 'Interrupted' });
  });

  it('outlives a program that does not read its input', async () => {
    expect((await run(['true'], { signal, input: 'x'.repeat(1_000_000) })).code).toBe(0);
  });

  it('stops a program that prints without end, and names it', async () => {
    const flood = run(['sh', '-c', 'while :; do echo flood; echo flood >&2; done'], { signal, maxBytes: 10_000 });
    await expect(flood).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringMatching(/while.*printed more than 10000 bytes/),
    });
    expect((await run(['sh', '-c', 'printf 12345; printf 67890 >&2'], { signal, maxBytes: 10 })).stdout).toBe('12345');
  });
};
