import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyLifeMs, type PeerKey, silentMs } from '../../../plan/tunnels/peer-keys.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { systemClock } from '../../../values/clock.ts';
import { StoredPeerKeys } from './stored-peer-keys.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'peer-keys-'));
});
afterEach(() => rm(directory, { recursive: true }));

const key = (): PeerKey => ({
  presharedKey: 'p',
  tunnel: 't',
  since: systemClock.monotonic(),
  lifeMs: keyLifeMs,
  graceMs: silentMs,
  until: 0,
});

it('files that cannot be read, or hold something else, cost their own keys and no other', async () => {
  const names = ['app/west/a', 'app/west/b', 'app/west/c'];
  await new StoredPeerKeys(directory, systemClock).save(new Map(names.map((name) => [name, key()])));
  const [first = '', second = ''] = (await readdir(directory)).toSorted();
  await rm(join(directory, first));
  await mkdir(join(directory, first));
  await writeFile(join(directory, second), 'no key');
  expect((await new StoredPeerKeys(directory, systemClock).load(quietLog)).size).toBe(1);
});
