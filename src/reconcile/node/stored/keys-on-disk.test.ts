import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeKey } from '../../../identity/node/node-key.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { openNodeIdentity } from '../identity/node-identity.ts';
import { TunnelKeys } from '../tunnel-keys.ts';
import { SnapshotFile } from './snapshot-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/keys-on-disk-`);
});
afterEach(() => rm(directory, { recursive: true }));

const settingsOf = (node: string) => ({ node, runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` });
/** What a node has after its agent began: the public halves of its keys. */
const begin = async (node = 'n1'): Promise<{ readonly tunnel: string; readonly identity: string }> => {
  const keys = new TunnelKeys(settingsOf(node), quietLog);
  const identity = await openNodeIdentity(settingsOf(node), quietLog);
  const { publicKey } = await keys.of('app');
  await keys.keepOnly(new Set(['app']));
  await Promise.all([keys.settled(), identity.settled()]);
  return { tunnel: publicKey, identity: identity.key.publicKey };
};
/** What is on tmpfs does not outlive the machine. */
const reboot = (): Promise<void> => rm(`${directory}/run`, { recursive: true });
const tunnelFile = (): string => `${directory}/state/keys/n1/app.key`;

describe('the keys of a node', () => {
  it('outlive its machine', async () => {
    const before = await begin();
    expect(await begin()).toEqual(before);
    await reboot();
    expect(await begin()).toEqual(before);
    expect(await readFile(`${directory}/run/keys/app.key`, 'utf8')).toBe(await readFile(tunnelFile(), 'utf8'));
  });

  it('are readable by root alone, on tmpfs and on disk', async () => {
    await begin();
    for (const path of ['run/keys/app.key', 'state/keys/n1/app.key', 'run/identity/node.key', 'state/identity/n1/node.key'])
      expect((await stat(`${directory}/${path}`)).mode & 0o777, path).toBe(0o600);
    for (const path of ['state/keys/n1', 'state/identity/n1']) expect((await stat(`${directory}/${path}`)).mode & 0o777, path).toBe(0o700);
  });

  it('of an earlier version get to the disk, and stay the same', async () => {
    const before = await begin();
    await rm(`${directory}/state`, { recursive: true });
    expect(await begin()).toEqual(before);
    await reboot();
    expect(await begin()).toEqual(before);
  });

  it('are made anew when the disk has damaged ones', async () => {
    const before = await begin();
    await reboot();
    for (const path of ['keys/n1/app.key', 'identity/n1/node.key']) await writeFile(`${directory}/state/${path}`, 'half a ke');
    const after = await begin();
    expect(after.tunnel).not.toBe(before.tunnel);
    expect(after.identity).not.toBe(before.identity);
    await reboot();
    expect(await begin()).toEqual(after);
  });

  it('go on without a disk', async () => {
    await writeFile(`${directory}/state`, 'no folder');
    const before = await begin();
    expect(await begin()).toEqual(before);
  });

  it('are not those of the machine whose disk was copied, which lose them', async () => {
    const before = await begin();
    await reboot();
    const copy = await begin('n2');
    expect(copy.tunnel).not.toBe(before.tunnel);
    expect(copy.identity).not.toBe(before.identity);
    expect([await readdir(`${directory}/state/keys`), await readdir(`${directory}/state/identity`)]).toEqual([['n2'], ['n2']]);
  });

  it('of a slice that ended leave the disk', async () => {
    await begin();
    const keys = new TunnelKeys(settingsOf('n1'), quietLog);
    await mkdir(`${directory}/state/keys/n1`, { recursive: true });
    await keys.keepOnly(new Set());
    await keys.settled();
    expect([await readdir(`${directory}/state/keys/n1`), await readdir(`${directory}/run/keys`)]).toEqual([[], []]);
  });
});

it('the snapshot on disk has what a node needs to prove who it is, and to know its peers', async () => {
  const peer = {
    cluster: 'west',
    node: 'b',
    publicKey: Buffer.alloc(32, 1).toString('base64'),
    identityKey: createNodeKey().key.publicKey,
    bindsKeys: true as const,
    endpoints: [{ address: '192.0.2.2', port: 51_820 }],
    blocks: ['10.0.1.0/24'],
    router: '10.0.1.1',
  };
  const slice = {
    name: 'app',
    uid: 'u',
    subnet: '10.0.0.0/16',
    blocks: ['10.0.0.0/24'],
    driver: 'Auto' as const,
    certificate: 'PEM',
    namespaces: ['app-ns'],
    peers: [peer],
  };
  const file = new SnapshotFile(settingsOf('n1'), quietLog);
  await file.save({ version: 1, facts: { node: 'n1', addresses: ['192.0.2.1'], slices: [slice], pods: [] }, decisions: {}, podNetns: {} });
  await file.settled();
  await reboot();
  expect((await new SnapshotFile(settingsOf('n1'), quietLog).load('n1'))?.facts.slices).toEqual([slice]);
});
