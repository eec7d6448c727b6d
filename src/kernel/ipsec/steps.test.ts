import { describe, expect, it } from 'vitest';
import type { Connection } from './connections.ts';
import { type IpsecState, ipsecSteps, type LoadedConnection, type SecurityAssociation } from './steps.ts';

const connection = (key: string, more: Partial<Connection> = {}, digests = '1:1'): Connection => ({
  name: `${key}:${digests}`,
  peer: {
    name: `west/${key}`,
    publicKey: key,
    endpoint: '192.0.2.2:1',
    allowedIPs: ['10.1.0.0/24'],
    router: '10.1.0.1',
    keepaliveSeconds: 25,
    renewals: 0,
  },
  remoteId: `@#${key}`,
  address: '127.1.0.1',
  section: {},
  ...more,
});
const loadedAs = ({ name, address, peer }: Connection): LoadedConnection => ({
  name,
  remoteAddresses: [address ?? '127.0.0.0/8', '127.0.0.0/8'],
  remoteBlocks: peer.allowedIPs,
});
const association = (of: Connection, more: Partial<SecurityAssociation> = {}): SecurityAssociation => ({
  id: '7',
  connection: of.name,
  isEstablished: true,
  remoteId: of.remoteId,
  isUp: true,
  remoteBlocks: of.peer.allowedIPs,
  established: 99_900,
  receivedBytes: 0,
  sentBytes: 0,
  ...more,
});
const m = connection('m');
const before = connection('m', {}, '0:0');
/** What {@link m} was before the certificates changed. */
const expired = connection('m', {}, '1:0');
const silent = connection('m', { address: undefined });
const steps = (wanted: readonly Connection[], state: Partial<IpsecState>) => {
  const found = ipsecSteps({
    wanted: new Map(wanted.map((one) => [one.name, one])),
    loaded: wanted.map(loadedAs),
    associations: [],
    renewed: new Set(),
    now: 100_000,
    ...state,
  });
  const names = (some: readonly Connection[]): string[] => some.map(({ name }) => name);
  return { ...found, load: names(found.load), initiate: names(found.initiate), authenticate: names(found.authenticate) };
};
const none = { unload: [], load: [], terminate: [], initiate: [], authenticate: [] };
const calling = { isEstablished: false, isUp: false, remoteId: undefined, remoteBlocks: [], established: 0 };
const childless = { id: '8', isUp: false, remoteBlocks: [] };

describe('steps with charon', () => {
  it.each<[string, readonly Connection[], Partial<IpsecState>, Partial<ReturnType<typeof steps>>]>([
    ['nothing when everything is there', [m], { associations: [association(m)] }, {}],
    ['a new peer is loaded and called', [m], { loaded: [] }, { load: [m.name], initiate: [m.name] }],
    ['and not while a call is under way', [m], { associations: [association(m, calling)] }, {}],
    ['nor where no endpoint is known', [silent], {}, {}],
    ['a peer that goes', [], { loaded: [loadedAs(m)], associations: [association(m)] }, { unload: [m.name], terminate: ['7'] }],
    [
      'a connection with other blocks is replaced',
      [m],
      { loaded: [{ ...loadedAs(m), remoteBlocks: ['0.0.0.0/0'] }], associations: [association(m)] },
      { unload: [m.name], load: [m.name] },
    ],
    [
      'one at another address, too',
      [m],
      { loaded: [{ ...loadedAs(m), remoteAddresses: ['127.9.9.9'] }], associations: [association(m)] },
      { unload: [m.name], load: [m.name] },
    ],
    [
      'other blocks are called for, and the old IKE_SA stays meanwhile',
      [m],
      { loaded: [loadedAs(before)], associations: [association(before)] },
      { unload: [before.name], load: [m.name], initiate: [m.name] },
    ],
    ['it stays while the new one is being made', [m], { associations: [association(before), association(m, { ...calling, id: '8' })] }, {}],
    [
      'and goes when the new one carries packets',
      [m],
      { associations: [association(before), association(m, { id: '8' })] },
      { terminate: ['7'] },
    ],
    [
      'an old one that takes more than the peer may have ends at once',
      [m],
      { associations: [association(before, { remoteBlocks: ['10.1.0.0/24', '10.2.0.0/24'] })] },
      { terminate: ['7'], initiate: [m.name] },
    ],
    [
      'one with another identity ends at once',
      [m],
      { associations: [association(m, { remoteId: '@#x' })] },
      { terminate: ['7'], initiate: [m.name] },
    ],
    [
      'a new certificate is shown without a break',
      [m],
      { loaded: [loadedAs(expired)], associations: [association(expired)] },
      { unload: [expired.name], load: [m.name], authenticate: [m.name] },
    ],
    ['once', [m], { associations: [association(expired), association(m, { ...calling, id: '8' })] }, {}],
    ['and what was authenticated so stays', [m], { associations: [association(expired), association(m, childless)] }, {}],
    [
      'until there is a younger one',
      [m],
      {
        associations: [
          association(before, { id: '9' }),
          association(m),
          association(expired, childless),
          association(m, { ...childless, id: '10', established: 99_910 }),
        ],
      },
      { terminate: ['9', '8'] },
    ],
    [
      'of several the youngest stays',
      [m],
      { associations: [association(m), association(m, childless), association(m, { ...childless, id: '10', established: 99_962 })] },
      { terminate: ['8'] },
    ],
    [
      'unless the other end may think of another one',
      [m],
      { associations: [association(m), association(m, childless), association(m, { ...childless, id: '10', established: 99_950 })] },
      {},
    ],
    [
      'a peer that has not authenticated for twelve hours is called again',
      [m],
      { now: 100_000 + 12 * 3_600, associations: [association(m), association(m, childless)] },
      { terminate: ['7', '8'], initiate: [m.name] },
    ],
    [
      'and not one that did, however old its keys',
      [m],
      { now: 100_000 + 12 * 3_600, associations: [association(m), association(m, { ...childless, established: 120_000 })] },
      {},
    ],
    ['an IKE_SA that carries nothing is completed', [m], { associations: [association(m, childless)] }, { initiate: [m.name] }],
    [
      'a dead link is called again',
      [m],
      { associations: [association(m)], renewed: new Set(['m']) },
      { terminate: ['7'], initiate: [m.name] },
    ],
    [
      'but not while its IKE_SA is being made or was made just now',
      [m],
      { associations: [association(m, { established: 99_999 }), association(m, { ...calling, id: '8' })], renewed: new Set(['m']) },
      {},
    ],
    ['an IKE_SA of nobody ends', [], { associations: [association(m)] }, { terminate: ['7'] }],
  ])('%s', (_, wanted, state, expected) => {
    expect(steps(wanted, state)).toEqual({ ...none, ...expected });
  });
});
