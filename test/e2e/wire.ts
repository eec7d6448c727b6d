import { describe, expect, test } from 'vitest';
import { watching } from './watchers.ts';
import { nameOf } from './workloads.ts';
import type { World } from './world.ts';

const ns = 'app-ns';
const secret = 'open-sesame-7f3a';
const file = '/tmp/seen.pcap';

/** Starts to record in the background of a pod, and returns when recording has begun. */
const record = (filter: string): string[] => [
  'sh',
  '-c',
  `rm -f ${file}; tcpdump -Z root -i any -U --immediate-mode -w ${file} '${filter}' </dev/null >/dev/null 2>&1 & echo $! > /tmp/pid; until [ -s ${file} ]; do sleep 0.05; done`,
];
const stopAndRead = ['sh', '-c', `kill -INT $(cat /tmp/pid); tcpdump -Z root -n -A -r ${file} 2>/dev/null || true`];

interface NodeAddress {
  readonly type: string;
  readonly address: string;
}

/** What somebody on the wire between two sites sees of the example. */
export const wireTopic = (world: World): void => {
  describe('on the wire between the sites', () => {
    test('there is WireGuard and nothing else, and no word of what is said', async () => {
      const [nodes, client] = await Promise.all([world.list('east', 'node'), world.get('west', 'pod', 'client', ns)]);
      const addresses = nodes.flatMap((node): readonly NodeAddress[] => node.status.addresses).filter(({ type }) => type === 'InternalIP');
      const watcher = (command: string[]) => world.exec('west', watching, `watch-${String(client.spec?.nodeName)}`, command);
      await watcher(record(`not arp and (${addresses.map(({ address }) => `host ${address}`).join(' or ')})`));
      const url = `http://${nameOf('backend-service', ns)}/${secret}`;
      for (let call = 0; call < 5; call++)
        await world.exec('west', ns, 'client', ['curl', '-s', '-m', '5', '-H', `X-Secret: ${secret}`, url]);
      const seen = await watcher(stopAndRead);
      const packets = seen.split('\n').filter((line) => / IP6? \S+ > /.test(line));
      expect(packets.length).toBeGreaterThan(20);
      expect(packets.filter((line) => !/\.518\d\d[ :>].*UDP/.test(line))).toEqual([]);
      expect(seen).not.toContain(secret);
    });
  });
};
