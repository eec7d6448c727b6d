import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SliceNetwork, TunnelPeer } from '../../plan/facts/slice-network.ts';
import { nodeIdentityIn, type TestIdentity } from '../fixtures/node-identities.ts';
import {
  addressBook,
  carriedBy,
  connectionsOf,
  keyIdentity,
  keyOf,
  loopbackAddresses,
  publicKeyOf,
  readAddressBook,
} from './connections.ts';
import { ownAddresses } from './own-addresses.ts';

let east: TestIdentity;
let west: TestIdentity;
beforeAll(async () => {
  const folder = mkdtempSync(`${tmpdir()}/identities-`);
  [east, west] = [await nodeIdentityIn(folder, 'east'), await nodeIdentityIn(folder, 'west')];
  rmSync(folder, { recursive: true });
});

const peer = (): TunnelPeer => ({
  name: 'west/n1',
  publicKey: 'cGVlcg==',
  endpoint: '192.0.2.2:51820',
  allowedIPs: ['10.1.4.0/24', '10.1.0.0/24'],
  router: '10.1.0.1',
  keepaliveSeconds: 25,
  renewals: 0,
  identity: west.stated,
});
const network = (more: Partial<SliceNetwork> = {}): SliceNetwork => ({
  slice: 'app',
  netns: 'ks-app',
  interface: 'ipsec0',
  driver: 'IPsec',
  privateKeyFile: '/k',
  publicKey: 'b3du',
  listenPort: 51820,
  router: '10.0.0.1',
  subnet: '10.0.0.0/8',
  blocks: ['10.0.0.0/24', '10.0.9.0/29', '10.0.8.0/30'],
  mtu: 1400,
  peers: [peer()],
  pods: [],
  nodeIdentity: east.own,
  ...more,
});
const only = (of: SliceNetwork) => {
  const [first, ...more] = connectionsOf(of).values();
  if (first === undefined || more.length > 0) throw new Error('there is not exactly one connection');
  return first;
};

describe('the connection to a peer', () => {
  it('accepts exactly the stated key under the pinned authority, for exactly its blocks', () => {
    const { section, remoteId, name } = only(network());
    expect(remoteId).toBe(`@#${createHash('sha1').update(Buffer.from(west.stated.key, 'base64')).digest('hex')}`);
    expect(section).toMatchObject({
      version: '2',
      proposals: ['aes256gcm16-prfsha384-ecp256'],
      'local-1': { auth: 'pubkey', id: keyIdentity(keyOf(east.own.certificate)), certs: [east.own.certificate] },
      'remote-1': { auth: 'pubkey', id: remoteId, cacerts: [west.stated.authority] },
      children: {
        net: { esp_proposals: ['aes256gcm16-ecp256'], local_ts: ['10.0.0.0/24', '10.0.9.0/29'], remote_ts: ['10.1.0.0/24', '10.1.4.0/24'] },
      },
    });
    expect(keyOf(west.renewed().certificate)).toBe(west.stated.key);
    expect(publicKeyOf(name)).toBe('cGVlcg==');
    expect(JSON.stringify(section)).not.toContain('PRIVATE');
  });

  it('has another name when anything of it changes, and the same one otherwise', () => {
    const names = [
      network(),
      network({ nodeIdentity: east.renewed() }),
      network({ blocks: ['10.0.0.0/24'] }),
      network({ peers: [{ ...peer(), allowedIPs: ['10.1.0.0/24'] }] }),
      network({ peers: [{ ...peer(), endpoint: '192.0.2.3:51820' }] }),
      network({ peers: [{ ...peer(), identity: { ...west.stated, authority: east.stated.authority } }] }),
      network({ peers: [{ ...peer(), identity: { ...west.stated, key: east.stated.key } }] }),
    ].map((one) => only(one).name);
    expect(new Set(names).size).toBe(names.length);
    const same = network({ peers: [{ ...peer(), allowedIPs: peer().allowedIPs.toReversed(), renewals: 3 }], mtu: 1300 });
    expect(only(same).name).toBe(names[0]);
    // Certificates and authorities are the two that change nothing of what is carried.
    expect(new Set(names.map(carriedBy)).size).toBe(names.length - 2);
  });

  it('is not made without a certificate of this node, nor to a peer without a stated key', () => {
    const { nodeIdentity: _, ...without } = network();
    expect(connectionsOf(without).size).toBe(0);
    const { identity: __, ...unknown } = peer();
    expect(connectionsOf(network({ peers: [unknown] })).size).toBe(0);
  });

  it('waits for a peer without an endpoint', () => {
    const { address, section } = only(network({ peers: [{ ...peer(), endpoint: undefined }] }));
    expect([address, section.remote_addrs]).toEqual([undefined, ['127.0.0.0/8']]);
  });
});

describe('addresses of peers on the loopback interface', () => {
  it('are different, below 127.128.0.0, and the same each time', () => {
    const endpoints = Array.from({ length: 5_000 }, (_, index) => `192.0.${index >> 8}.${index & 255}:51820`);
    const addresses = loopbackAddresses(endpoints);
    expect(new Set(addresses.values()).size).toBe(5_000);
    for (const address of addresses.values()) expect(address).toMatch(/^127\.([1-9]|[1-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/);
    expect(loopbackAddresses([...endpoints, ...endpoints])).toEqual(addresses);
  });

  it('are read as they were written', () => {
    const addresses = loopbackAddresses(['192.0.2.2:51820', '[2001:db8::1]:51821']);
    expect(readAddressBook(addressBook(addresses))).toEqual(new Map([...addresses].map(([endpoint, address]) => [address, endpoint])));
  });
});

it('the node has an address in each block that IPsec carries, and the router alone otherwise', () => {
  expect(ownAddresses(network())).toEqual(['10.0.0.1', '10.0.9.0']);
  expect(ownAddresses(network({ driver: 'WireGuard' }))).toEqual(['10.0.0.1']);
});
