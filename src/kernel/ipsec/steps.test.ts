import { describe, expect, it } from 'vitest';
import type { Connection } from './connections.ts';
import { type IpsecState, ipsecSteps, type LoadedConnection, type SecurityAssociation } from './steps.ts';

const connection = (key: string, more: Partial<Connection> = {}, digest = '1'): Connection => ({
  name: `${key}:${digest}`,
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
  established: 1,
  receivedBytes: 0,
  sentBytes: 0,
  ...more,
});
const m = connection('m');
const before = connection('m', {}, '0');
const steps = (wanted: readonly Connection[], state: Partial<IpsecState>) => {
  const { unload, load, terminate, initiate, lonely } = ipsecSteps({
    wanted: new Map(wanted.map((one) => [one.name, one])),
    loaded: wanted.map(loadedAs),
    associations: [],
    ownKey: 'z',
    lonely: new Set(),
    renewed: new Set(),
    ...state,
  });
  return { unload, load: load.map(({ name }) => name), terminate, initiate: initiate.map(({ name }) => name), lonely: [...lonely] };
};
const none = { unload: [], load: [], terminate: [], initiate: [], lonely: [] };

describe('steps with charon', () => {
  it.each<[string, readonly Connection[], Partial<IpsecState>, Partial<ReturnType<typeof steps>>]>([
    ['nothing when everything is there', [m], { associations: [association(m)] }, {}],
    [
      'a new peer is loaded, and called by the smaller key',
      [m],
      { loaded: [], ownKey: 'a' },
      { load: ['m:1'], initiate: ['m:1'], lonely: ['m'] },
    ],
    ['and not by the larger', [m], { loaded: [] }, { load: ['m:1'], lonely: ['m'] }],
    ['unless nobody called until the next pass', [m], { lonely: new Set(['m']) }, { initiate: ['m:1'], lonely: ['m'] }],
    ['nobody calls where no endpoint is known', [connection('m', { address: undefined })], { ownKey: 'a' }, { lonely: ['m'] }],
    ['a peer that goes', [], { loaded: [loadedAs(m)], associations: [association(m)] }, { unload: ['m:1'], terminate: ['7'] }],
    [
      'a connection with other blocks is replaced',
      [m],
      { loaded: [{ ...loadedAs(m), remoteBlocks: ['0.0.0.0/0'] }], associations: [association(m)] },
      { unload: ['m:1'], load: ['m:1'] },
    ],
    [
      'one at another address, too',
      [m],
      { loaded: [{ ...loadedAs(m), remoteAddresses: ['127.9.9.9'] }], associations: [association(m)] },
      { unload: ['m:1'], load: ['m:1'] },
    ],
    [
      'a changed connection is called, and the old IKE_SA stays meanwhile',
      [m],
      { loaded: [loadedAs(before)], associations: [association(before)] },
      { unload: ['m:0'], load: ['m:1'], initiate: ['m:1'], lonely: ['m'] },
    ],
    [
      'it stays while the new one is being made',
      [m],
      { associations: [association(before), association(m, { id: '8', isEstablished: false, isUp: false, remoteId: undefined })] },
      {},
    ],
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
      { terminate: ['7'], initiate: ['m:1'], lonely: ['m'] },
    ],
    [
      'one with another identity ends at once',
      [m],
      { associations: [association(before, { remoteId: '@#x' })] },
      { terminate: ['7'], initiate: ['m:1'], lonely: ['m'] },
    ],
    [
      'an IKE_SA without a CHILD_SA is made anew',
      [m],
      { associations: [association(m, { isUp: false, remoteBlocks: [] })] },
      { terminate: ['7'], initiate: ['m:1'], lonely: ['m'] },
    ],
    [
      'a call under way is left alone',
      [m],
      { ownKey: 'a', associations: [association(m, { isEstablished: false, isUp: false, remoteId: undefined })] },
      {},
    ],
    [
      'a dead link is made anew',
      [m],
      { associations: [association(m)], renewed: new Set(['m']) },
      { terminate: ['7'], initiate: ['m:1'], lonely: ['m'] },
    ],
    ['an IKE_SA of nobody ends', [], { associations: [association(m)] }, { terminate: ['7'] }],
  ])('%s', (_, wanted, state, expected) => {
    expect(steps(wanted, state)).toEqual({ ...none, ...expected });
  });
});
