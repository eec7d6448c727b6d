import { beforeEach, expect, it } from 'vitest';
import { type Author, author, hour, project, rotatedAuthorities, slice, start } from '../../../test/exchange/author.ts';
import { clusterLabel, sliceLabel } from '../../api/labels.ts';
import type { Notice, NoticeSpec } from '../../api/notice/type.ts';
import { statementOf } from '../../exchange/ledger/ledger.ts';
import type { Statement } from '../../exchange/statement/statement.ts';
import { type AuthorityOrders, markOf } from '../../exchange/trust/authority-orders.ts';
import { createRootReader } from '../../identity/root-reader.ts';
import { planSlicePeer } from '../membership/slice-objects.ts';
import { createFollowPeers, type FollowPeers } from './follow-peers.ts';
import { noTrust, type PeerTrust, recallTrust, storeTrust } from './peer-trust.ts';

const ours = { ...slice, project, sliceSubnet: '10.0.0.0/16' };
const at = new Date(start).toISOString();
const late = start + 3 * hour;
let first: Author;
let second: Author;
let trust: PeerTrust;
let follow: FollowPeers;

beforeEach(async () => {
  [first, second] = (await rotatedAuthorities('west', start, start + hour)).map((one) => author(one)) as [Author, Author];
  trust = noTrust;
  follow = createFollowPeers(createRootReader());
});

const claimOf = (spec: NoticeSpec): Notice => {
  const labels = { [sliceLabel]: slice.slice, [clusterLabel]: 'west' };
  return { apiVersion: '', kind: 'Notice', metadata: { name: 'west', labels, uid: spec.statement }, spec };
};
const peerOf = ({ statement, signature }: NoticeSpec) =>
  planSlicePeer(slice.slice, JSON.parse(statement) as Statement<'Node'>, { statement, signature });
/** Delivers objects as a worker would; returns whether the node has its peer. */
const deliver = (claim: NoticeSpec, node: NoticeSpec, orders?: AuthorityOrders | 'not read'): boolean => {
  const read = orders === 'not read' ? {} : { orders: new Map(orders === undefined ? [] : [['west', orders]]) };
  const delivered = { slices: [ours], claims: [claimOf(claim)], peers: [peerOf(node)], forget: new Map(), ...read };
  ({ trust } = follow(trust, delivered, late));
  const ledger = trust.slices.get(slice.sliceUID)?.ledger;
  return ledger !== undefined && statementOf(ledger, 'Node', 'west', 'n1') !== undefined;
};
const restart = (): void => {
  const readRoot = createRootReader();
  const recalled = recallTrust(storeTrust(trust), readRoot, late);
  if (recalled === undefined) throw new Error('nothing was recalled');
  trust = recalled;
  follow = createFollowPeers(readRoot);
};
const statedBy = (one: Author, now: number) => [one.claim(['10.0.0.0/24'], now), one.node('n1', ['10.0.0.0/26'], now)] as const;

it('an agent drops the peers of a revoked authority at once, and no worker and no restart brings them back', () => {
  const stated = statedBy(first, start);
  expect(deliver(...stated)).toBe(true);
  const revoked = { accepted: { none: true as const, at, by: 'ann' }, revoked: [markOf(first.authority, at, 'ann')] };
  expect(deliver(...stated, revoked)).toBe(false);
  expect(trust.roots.has('west')).toBe(false);
  // A worker that was taken over delivers newer ones of it, and also one that it calls its successor.
  expect(deliver(...statedBy(first, late), revoked)).toBe(false);
  expect(deliver(...statedBy(second, late), revoked)).toBe(false);
  restart();
  expect(deliver(...statedBy(first, late), 'not read')).toBe(false);
  expect(deliver(...statedBy(second, late), 'not read')).toBe(false);
  // The administrator accepts the other one.
  const accepted = { ...revoked, accepted: markOf(second.authority, at, 'ann') };
  expect(deliver(...statedBy(first, late), accepted)).toBe(false);
  expect(deliver(...statedBy(second, late), accepted)).toBe(true);
  expect(trust.roots.get('west')).toBe(second.authority.certificate);
});

it('an agent keeps the peers when the authority that is revoked is the one before, whose statements end', () => {
  expect(deliver(...statedBy(first, start))).toBe(true);
  const [claim, node] = statedBy(second, start + hour);
  expect(deliver(claim, node)).toBe(true);
  const revoked = { accepted: undefined, revoked: [markOf(first.authority, at, 'ann')] };
  expect(deliver(claim, node, revoked)).toBe(true);
  expect(trust.roots.get('west')).toBe(second.authority.certificate);
  const before = trust;
  // The same orders change nothing, so nothing is written.
  deliver(claim, node, revoked);
  expect(trust).toBe(before);
});

it('an agent recalls what an earlier version stored, without orders', () => {
  deliver(...statedBy(first, start));
  const { orders: _, ...earlier } = JSON.parse(storeTrust(trust)) as Record<string, unknown>;
  expect(recallTrust(JSON.stringify(earlier), createRootReader(), late)?.orders).toEqual(new Map());
});
