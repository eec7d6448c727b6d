import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createNodeKey } from '../../../identity/node/node-key.ts';
import { type PeerFacts, peerName, type SliceFacts } from '../../../plan/facts/node-state.ts';
import { newLink } from '../../../plan/links/liveness.ts';
import { firstAnswerMs, keyLifeMs, type PeerKey, tunnelOf } from '../../../plan/tunnels/peer-keys.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { systemClock } from '../../../values/clock.ts';
import { DiskSecrets } from '../stored/disk-secrets.ts';
import { KeyBinding } from './key-binding.ts';
import { StoredPeerKeys } from './stored-peer-keys.ts';

/*
 * What the keys of a thousand peers cost a node while nothing happens, and when one changes.
 */

const peers = Array.from(
  { length: 1_000 },
  (_, index): PeerFacts => ({
    cluster: `c${index % 10}`,
    node: `n${index}`,
    publicKey: Buffer.alloc(32, String(index).padStart(8, '0')).toString('base64'),
    identityKey: `identity of node ${index}`.padEnd(124, '='),
    bindsKeys: true,
    endpoints: [],
    blocks: [`10.${index >> 8}.${index & 255}.0/24`],
    router: `10.${index >> 8}.${index & 255}.1`,
  }),
);
const slice: SliceFacts = { name: 'app', uid: 'u', subnet: '10.0.0.0/8', blocks: [], driver: 'Auto', namespaces: [], peers };
const tunnelKeys = new Map([['app', { publicKey: 'own' }]]);
const keyOf = (peer: PeerFacts, at: number): PeerKey => ({
  presharedKey: Buffer.alloc(32, at).toString('base64'),
  tunnel: tunnelOf(slice, 'own', peer),
  since: systemClock.monotonic(),
  lifeMs: keyLifeMs,
  graceMs: firstAnswerMs,
  until: Date.now() + keyLifeMs,
});
const keys = new Map(peers.map((peer, at) => [`app/${peerName(peer)}`, keyOf(peer, at)]));
/** Milliseconds of a processor. */
const cpuOf = async (task: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

it('a thousand keys cost less than a hundredth of a processor at rest, and one that changes is written alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kubeslice-many-keys-'));
  try {
    const disk = new DiskSecrets({ stateDirectory: directory, node: 'n' }, { folder: 'disk', lost: '' }, quietLog);
    const tmpfs = `${directory}/tmpfs`;
    await new StoredPeerKeys(tmpfs, disk, systemClock).save(keys);
    await disk.settled();
    let binding: KeyBinding | undefined;
    const parts = {
      node: 'n',
      isRequired: false,
      key: createNodeKey().key,
      directory: tmpfs,
      disk,
      rootsBefore: () => [],
      rootOf: () => undefined,
      linkOf: () => ({ ...newLink(0), lastAnswer: systemClock.monotonic() }),
      dial: () => {
        throw new Error('nothing is due');
      },
      onChange: () => undefined,
      clock: systemClock,
      random: () => 1,
      log: quietLog,
    };
    const opening = await cpuOf(async () => {
      binding = await KeyBinding.open(parts);
    });
    const step = async (): Promise<void> => {
      expect(binding?.decide([slice], tunnelKeys).uses.size).toBe(1_000);
      await binding?.save();
    };
    await step();
    const steps = 50;
    const cost =
      (await cpuOf(async () => {
        for (let count = 0; count < steps; count++) await step();
      })) / steps;
    const files = new StoredPeerKeys(tmpfs, disk, systemClock);
    const loaded = await files.load(quietLog);
    expect(loaded.size).toBe(1_000);
    const [first, second] = peers as [PeerFacts, PeerFacts];
    const written = await cpuOf(() => files.save(new Map(loaded).set(`app/${peerName(first)}`, keyOf(second, 3))));
    console.log(
      `1,000 keys: ${opening.toFixed(0)} ms of a processor to begin, ${cost.toFixed(2)} ms for a step, ${written.toFixed(2)} ms to store one; ${(await stat(tmpfs)).size} bytes of folder`,
    );
    // An agent makes a step each ten seconds without a change.
    expect(cost).toBeLessThan(100);
    expect(written).toBeLessThan(100);
  } finally {
    await rm(directory, { recursive: true });
  }
});
