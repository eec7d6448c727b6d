import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { firstAnswerMs, keyLifeMs, type PeerKey, silentMs } from '../../../plan/tunnels/peer-keys.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { systemClock } from '../../../values/clock.ts';
import { DiskSecrets } from '../stored/disk-secrets.ts';
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

const diskOf = () => new DiskSecrets({ stateDirectory: directory, node: 'n' }, { folder: 'disk', lost: '' }, quietLog);
const store = (disk = diskOf()) => new StoredPeerKeys(`${directory}/tmpfs`, disk, systemClock);

it('files that cannot be read, or hold something else, cost their own keys and no other', async () => {
  const names = ['app/west/a', 'app/west/b', 'app/west/c'];
  const disk = diskOf();
  await store(disk).save(new Map(names.map((name) => [name, key()])));
  const tmpfs = join(directory, 'tmpfs');
  const [first = '', second = ''] = (await readdir(tmpfs)).toSorted();
  await rm(join(tmpfs, first));
  await mkdir(join(tmpfs, first));
  await writeFile(join(tmpfs, second), 'no key');
  await disk.settled();
  await rm(join(directory, 'disk'), { recursive: true });
  expect((await store().load(quietLog)).size).toBe(1);
});

it('a reboot leaves the keys of the disk, and a key that was given up is on neither', async () => {
  const disk = diskOf();
  const stored = store(disk);
  await stored.save(
    new Map([
      ['app/west/a', key()],
      ['app/west/b', key()],
    ]),
  );
  await stored.save(new Map([['app/west/a', key()]]));
  await disk.settled();
  await rm(join(directory, 'tmpfs'), { recursive: true });
  const rebooted = store();
  const keys = await rebooted.load(quietLog);
  expect([...keys].map(([name, { graceMs }]) => [name, graceMs])).toEqual([['app/west/a', firstAnswerMs]]);
  await rebooted.save(keys);
  expect((await store().load(quietLog)).get('app/west/a')?.graceMs).toBe(silentMs);
});
