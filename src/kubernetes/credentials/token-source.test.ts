import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../values/failure.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { type ExpiringToken, renewedToken, tokenFile } from './token-source.ts';

const { signal } = new AbortController();

describe('token file', () => {
  let directory = '';
  let path = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'token-'));
    path = join(directory, 'token');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is read again after a minute, or at once when the token was refused', async () => {
    const clock = handClock();
    const source = tokenFile(path, { clock });
    await writeFile(path, 'one\n');
    expect(await source({ signal })).toBe('one');
    await writeFile(path, 'two');
    clock.advance(59_999);
    expect(await source({ signal })).toBe('one');
    clock.advance(1);
    expect(await source({ signal })).toBe('two');
    await writeFile(path, 'three');
    expect(await source({ signal, rejected: 'two' })).toBe('three');
  });

  it('serves the last token while the file is away, and fails only without any', async () => {
    const clock = handClock();
    const source = tokenFile(path, { clock });
    await expect(source({ signal })).rejects.toMatchObject({ code: 'Unauthorized' });
    await writeFile(path, 'one');
    expect(await source({ signal })).toBe('one');
    await rm(path);
    clock.advance(120_000);
    expect(await source({ signal })).toBe('one');
  });
});

describe('renewed token', () => {
  const hour = 3_600_000;
  const counted = (clock: ReturnType<typeof handClock>) => {
    let n = 0;
    let broken = false;
    const fetch = async (): Promise<ExpiringToken> => {
      if (broken) throw new Failure('Unavailable', 'no issuer');
      n += 1;
      return { token: `t${n}`, lifetimeMs: hour };
    };
    return { source: renewedToken(fetch, { clock }), breakIt: () => (broken = true) };
  };

  it('is fetched at four fifths of its life', async () => {
    const clock = handClock();
    const { source } = counted(clock);
    expect(await source({ signal })).toBe('t1');
    clock.advance(0.8 * hour - 1);
    expect(await source({ signal })).toBe('t1');
    clock.advance(1);
    // Nobody waits for it.
    expect(await source({ signal })).toBe('t1');
    await expect.poll(() => source({ signal })).toBe('t2');
    expect(await source({ signal, rejected: 't2' })).toBe('t3');
  });

  it('goes on being used while it is valid and no new one can be had', async () => {
    const clock = handClock();
    const { source, breakIt } = counted(clock);
    await source({ signal });
    breakIt();
    clock.advance(0.9 * hour);
    expect(await source({ signal })).toBe('t1');
    await expect(source({ signal, rejected: 't1' })).rejects.toMatchObject({ code: 'Unavailable' });
    clock.advance(0.1 * hour);
    await expect(source({ signal })).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('is fetched once for all who ask together, even if the first gives up', async () => {
    const clock = handClock();
    let fetches = 0;
    const source = renewedToken(
      (fetching) =>
        new Promise((resolve, reject) => {
          fetches += 1;
          const n = fetches;
          fetching.addEventListener('abort', () => reject(new Failure('Interrupted', 'cancelled')));
          setImmediate(() => n > 1 && resolve({ token: `t${n}`, lifetimeMs: hour }));
        }),
      { clock },
    );
    const first = new AbortController();
    const asked = [source({ signal: first.signal }), source({ signal }), source({ signal })];
    const outcome = Promise.allSettled(asked);
    expect(fetches).toBe(1);
    first.abort();
    expect((await outcome).map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual(['failed', 't2', 't2']);
    expect(fetches).toBe(2);
  });
});
