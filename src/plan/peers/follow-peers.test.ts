import { beforeAll, describe, expect, it } from 'vitest';
import { type Author, author, authorityOf, day, hour, keyOf, project, slice, start } from '../../../test/exchange/author.ts';
import { clusterLabel, sliceLabel } from '../../api/labels.ts';
import type { Notice, NoticeSpec } from '../../api/notice/type.ts';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import type { Statement } from '../../exchange/statement/statement.ts';
import type { Authority } from '../../identity/authority.ts';
import { createRootReader } from '../../identity/root-reader.ts';
import { planSlicePeer } from '../membership/slice-objects.ts';
import { createFollowPeers, type ForgetOrder, graceMs } from './follow-peers.ts';
import { noTrust, type PeerTrust, recallTrust, storeTrust } from './peer-trust.ts';
import { createVerifiedReader } from './read-verified-peer.ts';

const ours = { ...slice, project, sliceSubnet: '10.0.0.0/16' };
const facts = { name: slice.slice, uid: slice.sliceUID, subnet: ours.sliceSubnet, blocks: ['10.0.255.0/26'], driver: 'Auto' as const };

let authorities: Record<'east' | 'west' | 'evil' | 'falseWest', Authority>;
let east: Author;
let west: Author;
/** A cluster that nobody knows, and an authority for a name that is taken. */
let evil: Author;
let falseWest: Author;

beforeAll(async () => {
  const [a, b, c, d] = await Promise.all(['east', 'west', 'evil', 'west'].map((name) => authorityOf(name)));
  authorities = { east: a, west: b, evil: c, falseWest: d } as typeof authorities;
});

/** A node with the objects of its API server, which its worker writes. */
const node = (trust: PeerTrust = noTrust) => {
  const readRoot = createRootReader();
  const claims = new Map<string, Notice>();
  const peers = new Map<string, SlicePeer>();
  const forget = new Map<string, ForgetOrder>();
  let follow = createFollowPeers(readRoot);
  const reader = createVerifiedReader();
  let now = start;
  let accepted = trust;
  let used = new Map<string, NonNullable<ReturnType<ReturnType<typeof reader>>['peer']>>();
  const run = () => {
    const followed = follow(accepted, { slices: [ours], claims: [...claims.values()], peers: [...peers.values()], forget }, now);
    accepted = followed.trust;
    const read = reader(followed);
    const results = [...peers.values()].map((object) => ({
      name: object.metadata.name,
      ...read(object, facts, (name) => used.get(name)),
    }));
    used = new Map(results.flatMap(({ peer }) => (peer === undefined ? [] : [[`${peer.cluster}/${peer.node}`, peer]])));
    return results;
  };
  const objectOf = (spec: NoticeSpec): SlicePeer => {
    const { statement, signature, chain } = spec;
    return planSlicePeer(slice.slice, JSON.parse(statement) as Statement<'Node'>, { statement, signature, chain });
  };
  return {
    claim: (spec: NoticeSpec, name = spec.cluster): void => {
      const labels = { [sliceLabel]: slice.slice, [clusterLabel]: spec.cluster };
      claims.set(name, { apiVersion: '', kind: 'Notice', metadata: { name, labels, uid: `${name} ${spec.statement}` }, spec });
    },
    /** Its administrator forgets a cluster, whose notices were stored. */
    forget: (cluster: string, id: string): void =>
      void forget.set(cluster, {
        id,
        notices: new Set([...claims.values()].flatMap(({ spec, metadata }) => (spec.cluster === cluster ? (metadata.uid ?? []) : []))),
      }),
    objectOf,
    peer: (spec: NoticeSpec): void => void peers.set(objectOf(spec).metadata.name, objectOf(spec)),
    put: (object: SlicePeer): void => void peers.set(object.metadata.name, object),
    remove: (name: string): void => void peers.delete(name),
    at: (time: number): void => {
      now = time;
    },
    /** The peers that the node uses: key and blocks by name. */
    uses: (): string[] =>
      run()
        .flatMap(({ peer }) => (peer === undefined ? [] : [`${peer.cluster}/${peer.node} ${peer.blocks.join()}`]))
        .toSorted(),
    keys: (): string[] => run().flatMap(({ peer }) => peer?.publicKey ?? []),
    refusals: (): string[] => {
      run();
      now += graceMs;
      return run().flatMap(({ refused }) => refused ?? []);
    },
    trust: () => {
      run();
      return accepted;
    },
    /** Its agent starts again with what it stored. */
    restart: (): void => {
      follow = createFollowPeers(readRoot);
      accepted = recallTrust(storeTrust(accepted), readRoot, now) ?? noTrust;
    },
  };
};
type Node = ReturnType<typeof node>;

/** A node that has verified a node of east and one of west. */
const begun = (): Node => {
  [east, west, evil, falseWest] = [authorities.east, authorities.west, authorities.evil, authorities.falseWest].map((one) =>
    author(one),
  ) as [Author, Author, Author, Author];
  const here = node();
  here.claim(east.claim(['10.0.1.0/24']));
  here.claim(west.claim(['10.0.2.0/24']));
  here.peer(east.node('e1', ['10.0.1.0/26']));
  here.peer(west.node('w1', ['10.0.2.0/26']));
  expect(here.uses()).toEqual(begunPeers);
  return here;
};
const begunPeers = ['east/e1 10.0.1.0/26', 'west/w1 10.0.2.0/26'];

describe('a node verifies its peers itself', () => {
  it('uses what their clusters stated, in whatever order it arrives', () => {
    begun();
    const here = node();
    here.peer(west.node('w1', ['10.0.2.0/26']));
    expect(here.uses()).toEqual([]);
    here.claim(west.claim(['10.0.2.0/24']));
    expect(here.uses()).toEqual(['west/w1 10.0.2.0/26']);
    expect(here.refusals()).toEqual([]);
  });

  it('verifies each object once, and does nothing for one that it knows', () => {
    const here = begun();
    const before = here.trust();
    expect(here.trust()).toBe(before);
    here.peer(west.node('w2', ['10.0.2.64/26']));
    expect(here.trust()).not.toBe(before);
  });

  it('follows changes: another key, a block that moves to another node, a node that is gone and comes back', () => {
    const here = begun();
    here.peer(west.node('w1', ['10.0.2.0/26'], start, { publicKey: keyOf('new') }));
    expect(here.keys()).toContain(keyOf('new'));
    const last = west.node('w2', ['10.0.2.0/26']);
    here.peer(last);
    expect(here.uses()).toEqual(begunPeers);
    expect(here.refusals().join()).toContain('which node "w1" claimed before');
    here.remove('app-slice.west.w1');
    expect(here.uses()).toEqual([begunPeers[0], 'west/w2 10.0.2.0/26']);
    here.remove('app-slice.west.w2');
    expect(here.uses()).toEqual([begunPeers[0]]);
    here.peer(last);
    expect(here.uses()).toEqual([begunPeers[0], 'west/w2 10.0.2.0/26']);
  });
});

describe('a worker that was taken over', () => {
  const attempts: readonly [string, (here: Node) => void, string][] = [
    [
      'invents a node of a cluster that is known, without a statement',
      (here) => {
        const { statement: _, signature: __, ...spec } = here.objectOf(falseWest.node('w9', ['10.0.2.64/26'])).spec;
        here.put({ ...here.objectOf(falseWest.node('w9', ['10.0.2.64/26'])), spec });
      },
      'it has no statement of cluster "west"',
    ],
    [
      'takes the statement away and changes the key',
      (here) => {
        const object = here.objectOf(west.node('w1', ['10.0.2.0/26']));
        const { statement: _, signature: __, ...spec } = object.spec;
        here.put({ ...object, spec: { ...spec, publicKey: keyOf('evil') } });
      },
      'it has no statement of cluster "west"',
    ],
    ['signs one with a key of its own', (here) => here.peer(falseWest.node('w9', ['10.0.2.64/26'])), 'is not signed by the authority'],
    ['signs another key for a node', (here) => here.peer(falseWest.node('w1', ['10.0.2.0/26'])), 'is not signed by the authority'],
    [
      'shows another authority',
      (here) => {
        here.claim(falseWest.claim(['10.0.2.0/24'], start + hour));
        here.peer(falseWest.node('w9', ['10.0.2.64/26'], start + hour));
      },
      'is not signed by the authority',
    ],
    [
      'lets a cluster of its own claim the blocks of another',
      (here) => {
        here.claim(evil.claim(['10.0.2.0/24']));
        here.peer(evil.node('x', ['10.0.2.64/26']));
      },
      'which belongs to cluster "west" until that cluster gives it up',
    ],
    [
      'moves a statement to another node',
      (here) => {
        const object = here.objectOf(west.node('w1', ['10.0.2.0/26']));
        here.put({ ...object, metadata: { name: 'app-slice.west.w9' }, spec: { ...object.spec, node: 'w9' } });
      },
      'it was moved to another notice',
    ],
    [
      'moves a statement to another cluster',
      (here) => {
        const object = here.objectOf(evil.node('w1', ['10.0.2.64/26']));
        here.put({ ...object, metadata: { name: 'app-slice.west.w9' }, spec: { ...object.spec, cluster: 'west', node: 'w9' } });
      },
      'is not signed by the authority',
    ],
    [
      'delivers a statement of another slice',
      (here) => here.peer(author(authorities.west, { sliceUID: 'another' }).node('w9', ['10.0.2.64/26'])),
      'was made for slice',
    ],
  ];

  it.each(attempts)('%s: no peer appears and none changes', (_, attempt, why) => {
    const here = begun();
    const keys = here.keys().toSorted();
    attempt(here);
    for (const key of here.keys()) expect(keys).toContain(key);
    expect(here.uses().filter((peer) => !begunPeers.includes(peer))).toEqual([]);
    expect(here.refusals().join('\n')).toContain(why);
    here.restart();
    expect(here.uses().filter((peer) => !begunPeers.includes(peer))).toEqual([]);
  });

  it('changes the fields beside a statement: the signed content is used', () => {
    const here = begun();
    const object = here.objectOf(west.node('w1', ['10.0.2.0/26']));
    here.put({ ...object, spec: { ...object.spec, publicKey: keyOf('evil'), blocks: ['10.0.1.0/24'], endpoints: [] } });
    expect(here.uses()).toEqual(begunPeers);
    expect(here.keys()).not.toContain(keyOf('evil'));
  });

  it('delivers an older statement: refused, also after the node restarted and after the peer was gone', () => {
    const here = begun();
    const old = west.node('w1', ['10.0.2.0/26'], start, { publicKey: keyOf('stolen') });
    here.peer(west.node('w1', ['10.0.2.0/26']));
    here.uses();
    for (const between of [() => undefined, () => here.restart(), () => here.remove('app-slice.west.w1'), () => here.restart()]) {
      between();
      here.uses();
      here.peer(old);
      expect(here.keys()).not.toContain(keyOf('stolen'));
      expect(here.refusals().join()).toMatch(/has serial \d+, but \d+ was accepted before/);
    }
  });

  it('can deny: a peer without an object is none', () => {
    const here = begun();
    here.remove('app-slice.west.w1');
    expect(here.uses()).toEqual([begunPeers[0]]);
  });
});

describe('another authority of a cluster', () => {
  const again = (here: Node, farewell: NoticeSpec): void => {
    const claim = falseWest.claim(['10.0.2.0/24'], start + hour);
    here.claim({ ...claim, farewells: [{ statement: farewell.statement, signature: farewell.signature }] });
    here.peer(falseWest.node('w1', ['10.0.2.0/26'], start + hour));
  };

  it('counts after the farewell of the one before', () => {
    const here = begun();
    again(here, west.lastFarewell(start + 1));
    expect(here.uses()).toEqual(begunPeers);
    expect(here.trust().roots.get('west')).toBe(authorities.falseWest.certificate);
  });

  it('does not count after a farewell that it signed itself', () => {
    const here = begun();
    again(here, falseWest.lastFarewell(start + 1));
    expect(here.trust().roots.get('west')).toBe(authorities.west.certificate);
    expect(here.keys()).toContain(keyOf('west w1'));
  });

  it('counts when the one before names it', () => {
    const here = begun();
    here.claim(west.issue('Cluster', 'west', { caCertificate: authorities.falseWest.certificate, blocks: ['10.0.2.0/24'] }, start + hour));
    here.peer(falseWest.node('w2', ['10.0.2.64/26'], start + hour));
    expect(here.uses()).toEqual([...begunPeers, 'west/w2 10.0.2.64/26']);
    here.restart();
    expect(here.uses()).toEqual([...begunPeers, 'west/w2 10.0.2.64/26']);
  });

  it('counts after an administrator forgot the cluster, and its notices of before do not', () => {
    const here = begun();
    here.forget('west', '1');
    expect(here.uses()).toEqual([begunPeers[0]]);
    here.claim(falseWest.claim(['10.0.2.0/24'], start + hour));
    here.peer(falseWest.node('w1', ['10.0.2.0/26'], start + hour));
    expect(here.uses()).toEqual(begunPeers);
    // The order is carried out once.
    here.restart();
    here.claim(west.claim(['10.0.2.0/24'], start + hour));
    expect(here.uses()).toEqual(begunPeers);
    expect(here.trust().roots.get('west')).toBe(authorities.falseWest.certificate);
  });

  it('the same authority counts again after the cluster was forgotten, when it is stored again', () => {
    const here = begun();
    here.forget('west', '1');
    expect(here.uses()).toEqual([begunPeers[0]]);
    here.claim(west.claim(['10.0.2.0/24']));
    expect(here.uses()).toEqual(begunPeers);
  });

  it('a farewell ends the peers of the cluster, and its blocks are free for another', () => {
    const here = begun();
    here.claim(west.farewell(start + hour));
    expect(here.uses()).toEqual([begunPeers[0]]);
    here.claim(evil.claim(['10.0.2.0/24'], start + hour));
    here.peer(evil.node('x', ['10.0.2.0/26'], start + hour));
    expect(here.uses()).toEqual([begunPeers[0], 'evil/x 10.0.2.0/26']);
  });
});

describe('versions and restarts', () => {
  const plain = (here: Node, spec: NoticeSpec): SlicePeer => {
    const object = here.objectOf(spec);
    const { statement: _, signature: __, ...rest } = object.spec;
    return { ...object, spec: rest };
  };

  it('with a worker of an older version peers are used by their fields, until one is delivered with its statement', () => {
    begun();
    const here = node();
    const [one, two] = [west.node('w1', ['10.0.2.0/26']), west.node('w2', ['10.0.2.64/26'])];
    here.put(plain(here, one));
    here.put(plain(here, two));
    expect(here.uses()).toEqual(['west/w1 10.0.2.0/26', 'west/w2 10.0.2.64/26']);
    // The worker is upgraded and writes one object after the other.
    here.claim(west.claim(['10.0.2.0/24']));
    here.peer(one);
    expect(here.uses()).toEqual(['west/w1 10.0.2.0/26', 'west/w2 10.0.2.64/26']);
    here.peer(two);
    expect(here.uses()).toEqual(['west/w1 10.0.2.0/26', 'west/w2 10.0.2.64/26']);
    here.put(plain(here, west.node('w3', ['10.0.2.128/26'])));
    expect(here.uses()).toEqual(['west/w1 10.0.2.0/26', 'west/w2 10.0.2.64/26']);
  });

  it('a worker that goes back to an older version interrupts no peer', () => {
    const here = begun();
    here.put(plain(here, west.node('w1', ['10.0.2.0/26'])));
    expect(here.uses()).toEqual(begunPeers);
    here.restart();
    expect(here.uses()).toEqual(begunPeers);
  });

  it('a restart keeps authorities, peers and serials, also while all statements have expired', () => {
    const here = begun();
    here.at(start + 9 * day);
    here.restart();
    expect(here.uses()).toEqual(begunPeers);
    expect([...here.trust().roots.keys()].toSorted()).toEqual(['east', 'west']);
  });

  it.each(['', '{', '{"version":2}', '{"version":1,"roots":{},"slices":[{"sliceUID":"u","sliceSubnet":"x","notices":[]}]}', 'null'])(
    'a stored text of another form is none: %s',
    (text) => {
      expect(recallTrust(text, createRootReader(), start)).toBeUndefined();
    },
  );

  it('forgets a node that is gone once no older statement about it is valid', () => {
    const here = begun();
    here.remove('app-slice.west.w1');
    expect([...(here.trust().slices.get(slice.sliceUID)?.notices.keys() ?? [])]).toContain('Node/west/w1');
    here.at(start + 8 * day);
    expect([...(here.trust().slices.get(slice.sliceUID)?.notices.keys() ?? [])]).not.toContain('Node/west/w1');
  });
});
