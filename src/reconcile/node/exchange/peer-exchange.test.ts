import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Client } from '../../../kubernetes/port.ts';
import type { SliceNetwork } from '../../../plan/facts/slice-network.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { systemClock as clock } from '../../../values/clock.ts';
import { PeerExchange } from './peer-exchange.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peer-exchange-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('logs once why notices cannot be exchanged, however often it tries', async () => {
  const warned: string[] = [];
  const log = { ...quietLog, warn: (text: string) => void warned.push(text) };
  const directory = join(folder, 'relay');
  writeFileSync(directory, 'a file, so that no folder can be made here');
  const parts = { client: {} as Client, relay: '/nowhere', directory, clusterIn: () => 'east', clock, random: Math.random, log };
  const exchange = new PeerExchange(parts);
  const app = [{ slice: 'app' } as SliceNetwork];
  for (let step = 0; step < 3; step += 1) await exchange.aim(app);
  expect(warned).toEqual(['notices cannot be exchanged with other nodes']);
  // A slice that ended and began anew is another one.
  await exchange.aim([]);
  await exchange.aim(app);
  expect(warned).toHaveLength(2);
  await exchange.stop();
});
