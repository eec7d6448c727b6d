import { describe, expect, it } from 'vitest';
import type { TunnelPeer } from '../../plan/facts/slice-network.ts';
import type { ObservedPeer } from '../port.ts';
import { parseDump, peerChanges } from './wg.ts';

const now = 1_000_000;
const wanted: TunnelPeer = {
  name: 'west/a',
  publicKey: 'A',
  endpoint: '192.0.2.1:51820',
  allowedIPs: ['10.1.0.0/24', '10.0.0.0/24'],
  router: '10.0.0.1',
  keepaliveSeconds: 25,
  renewals: 0,
};
const seen: ObservedPeer = {
  publicKey: 'A',
  endpoint: '192.0.2.1:51820',
  allowedIPs: ['10.0.0.0/24', '10.1.0.0/24'],
  keepaliveSeconds: 25,
  latestHandshake: now - 10,
  receivedBytes: 1,
  sentBytes: 1,
};
/** A peer as it was set before; by this process unless said otherwise. */
type Applied = TunnelPeer & { readonly added?: boolean };
const changesOf = (peers: readonly TunnelPeer[], observed: readonly ObservedPeer[], applied: readonly Applied[]) =>
  peerChanges(peers, observed, new Map(applied.map((peer) => [peer.publicKey, { added: true, ...peer }])), now, (key) => `/secrets/${key}`);
const words = (peers: readonly TunnelPeer[], observed: readonly ObservedPeer[], applied: readonly Applied[]): string[] =>
  changesOf(peers, observed, applied).map((change) => change.words.join(' '));

it('reads a dump, with and without what may be missing, and keeps no private key', () => {
  const dump =
    'PRIVATE\tPUBLIC\t51820\toff\nA\t(none)\t192.0.2.1:51820\t10.1.0.0/24,10.0.0.0/24\t999\t5\t6\t25\nB\t(none)\t(none)\t(none)\t0\t0\t0\toff\n';
  const tunnel = parseDump(dump);
  expect(tunnel).toEqual({
    publicKey: 'PUBLIC',
    listenPort: 51820,
    peers: [
      { ...seen, latestHandshake: 999, receivedBytes: 5, sentBytes: 6 },
      { publicKey: 'B', endpoint: undefined, allowedIPs: [], keepaliveSeconds: 0, latestHandshake: 0, receivedBytes: 0, sentBytes: 0 },
    ],
  });
  expect(JSON.stringify(tunnel)).not.toContain('PRIVATE');
  expect(parseDump('')).toBeUndefined();
});

it.each<[string, readonly TunnelPeer[], readonly ObservedPeer[], readonly Applied[], string[]]>([
  ['nothing differs', [wanted], [seen], [], []],
  [
    'a new peer gets everything',
    [wanted],
    [],
    [],
    ['peer A endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips 10.0.0.0/24,10.1.0.0/24'],
  ],
  [
    'an unwanted peer goes, and before others are set',
    [{ ...wanted, publicKey: 'B' }],
    [seen],
    [],
    ['peer A remove', 'peer B endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips 10.0.0.0/24,10.1.0.0/24'],
  ],
  ['fewer addresses', [{ ...wanted, allowedIPs: ['10.0.0.0/24'] }], [seen], [], ['peer A allowed-ips 10.0.0.0/24']],
  ['a peer that roamed and works is left alone', [wanted], [{ ...seen, endpoint: '203.0.113.9:4500' }], [], []],
  [
    'a peer that roamed and is dead is set back',
    [wanted],
    [{ ...seen, endpoint: '203.0.113.9:4500', latestHandshake: now - 181 }],
    [],
    ['peer A endpoint 192.0.2.1:51820'],
  ],
  [
    'another stated endpoint is followed though the old one works',
    [wanted],
    [{ ...seen, endpoint: '192.0.2.7:51820' }],
    [{ ...wanted, endpoint: '192.0.2.7:51820' }],
    ['peer A endpoint 192.0.2.1:51820'],
  ],
  [
    'a peer that was never reached is called anew',
    [{ ...wanted, renewals: 1 }],
    [{ ...seen, latestHandshake: 0 }],
    [wanted],
    ['peer A remove peer A endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips 10.0.0.0/24,10.1.0.0/24'],
  ],
  [
    'and one whose session of more than a second brought nothing',
    [{ ...wanted, renewals: 1 }],
    [{ ...seen, latestHandshake: now - 2 }],
    [wanted],
    ['peer A remove peer A endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips 10.0.0.0/24,10.1.0.0/24'],
  ],
  ['not one that was reached just now', [{ ...wanted, renewals: 1 }], [{ ...seen, latestHandshake: now - 1 }], [wanted], []],
  ['nor one that a former process reached', [{ ...wanted, renewals: 1 }], [seen], [{ ...wanted, added: false }], []],
  ['nor one that this process has not called', [{ ...wanted, renewals: 1 }], [{ ...seen, latestHandshake: 0 }], [], []],
  ['nor one twice', [{ ...wanted, renewals: 1 }], [{ ...seen, latestHandshake: 0 }], [{ ...wanted, renewals: 1 }], []],
  ['a peer without an endpoint waits to be called', [{ ...wanted, endpoint: undefined }], [{ ...seen, latestHandshake: 0 }], [], []],
])('%s', (_, peers, observed, applied, expected) => {
  expect(words(peers, observed, applied)).toEqual(expected);
});

describe('a pre-shared key', () => {
  const bound = { ...wanted, presharedKey: 'SECRET' };
  const anew =
    'peer A remove peer A preshared-key /secrets/A endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips 10.0.0.0/24,10.1.0.0/24';
  it.each<[string, TunnelPeer, ObservedPeer, string[]]>([
    ['that is there is left alone', bound, { ...seen, presharedKey: 'SECRET' }, []],
    ['ends the session of a closed peer', bound, { ...seen, allowedIPs: [`${wanted.router}/32`] }, [anew]],
    ['keeps the session of a peer that carried everything', bound, seen, ['peer A preshared-key /secrets/A']],
    ['that is another one keeps the session', bound, { ...seen, presharedKey: 'OLD' }, ['peer A preshared-key /secrets/A']],
    [
      'that ends takes the session with it when the tunnel is closed',
      { ...wanted, allowedIPs: [`${wanted.router}/32`], isClosed: true },
      { ...seen, presharedKey: 'OLD' },
      [`peer A remove peer A endpoint 192.0.2.1:51820 persistent-keepalive 25 allowed-ips ${wanted.router}/32`],
    ],
    ['that is not used any more keeps it', wanted, { ...seen, presharedKey: 'OLD' }, ['peer A preshared-key /dev/null']],
  ])('%s', (_, peer, observed, expected) => {
    expect(words([peer], [observed], [])).toEqual(expected);
  });

  it('is in a file only', () => {
    expect(changesOf([bound], [seen], [])).toMatchObject([{ secret: { file: '/secrets/A', content: 'SECRET' } }]);
    expect(words([bound], [seen], []).join()).not.toContain('SECRET');
    expect(changesOf([{ ...bound, keepaliveSeconds: 0 }], [{ ...seen, presharedKey: 'SECRET' }], [])[0]).not.toHaveProperty('secret');
  });

  it('is read from a dump', () => {
    const dump = 'PRIVATE\tPUBLIC\t51820\toff\nA\tSECRET\t192.0.2.1:51820\t10.1.0.0/24\t999\t5\t6\t25\n';
    expect(parseDump(dump)?.peers).toMatchObject([{ publicKey: 'A', presharedKey: 'SECRET' }]);
  });
});
