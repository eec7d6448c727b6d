import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SnapshotFile } from '../../src/reconcile/node/stored/snapshot-file.ts';
import { TunnelKeys } from '../../src/reconcile/node/tunnel-keys.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';

/*
 * B13: any error of reading a key counted as its absence, so that a full file table or a broken disk gave the node another key and cut its tunnels.
 */

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/keys-`);
});
const opened: TunnelKeys[] = [];
const tunnelKeys = (): TunnelKeys => {
  const keys = new TunnelKeys({ node: 'n1', runDirectory: directory, stateDirectory: `${directory}/state` }, quietLog);
  opened.push(keys);
  return keys;
};
afterEach(async () => {
  for (const keys of opened.splice(0)) await keys.settled();
  await rm(directory, { recursive: true });
});

it('a key that cannot be read is an error, not a new key', async () => {
  await mkdir(`${directory}/keys/app.key`, { recursive: true });
  await expect(tunnelKeys().of('app')).rejects.toThrow(/EISDIR/);
});

it('a key file with something else in it stays as it is', async () => {
  await mkdir(`${directory}/keys`);
  await writeFile(`${directory}/keys/app.key`, 'half a ke');
  await expect(tunnelKeys().of('app')).rejects.toThrow(/holds no WireGuard key/);
  expect(await readFile(`${directory}/keys/app.key`, 'utf8')).toBe('half a ke');
});

it('a key that is not there is made once', async () => {
  const made = await tunnelKeys().of('app');
  expect(await tunnelKeys().of('app')).toEqual(made);
});

it('a snapshot that cannot be read leaves the other copy in use', async () => {
  const snapshot = { version: 1, facts: { node: 'n1', addresses: [], slices: [], pods: [] }, decisions: {}, podNetns: {} };
  await mkdir(`${directory}/run/agent/snapshot.json`, { recursive: true });
  await mkdir(`${directory}/state/agent`, { recursive: true });
  await writeFile(`${directory}/state/agent/snapshot.json`, JSON.stringify(snapshot));
  const file = new SnapshotFile({ runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` }, quietLog);
  expect(await file.load('n1')).toEqual(snapshot);
});

it('a snapshot with what is no fact gives the rest', async () => {
  const slice = {
    name: 'app',
    uid: 'u',
    subnet: '10.0.0.0/16',
    blocks: ['10.0.0.0/24'],
    driver: 'Auto',
    namespaces: ['ns'],
    peers: [],
  };
  const facts = { node: 'n1', addresses: [], pods: [], slices: [slice, { ...slice, name: 'bad', subnet: '10.0.0.0/16\nnetns exec' }] };
  await mkdir(`${directory}/run/agent`, { recursive: true });
  const podNetns = { a: '/run/netns/a', b: '/run/netns/b\nlink del lo' };
  await writeFile(`${directory}/run/agent/snapshot.json`, JSON.stringify({ version: 1, facts, decisions: {}, podNetns }));
  const file = new SnapshotFile({ runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` }, quietLog);
  expect(await file.load('n1')).toMatchObject({ facts: { slices: [{ name: 'app' }] }, podNetns: { a: '/run/netns/a' } });
});
