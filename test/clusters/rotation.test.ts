import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { noticeKind, sliceKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace, trustConfigMap } from '../../src/api/places.ts';
import { verifyStatement } from '../../src/exchange/trust/verify.ts';
import { fingerprintOf } from '../../src/identity/fingerprint.ts';
import { readRoot } from '../../src/identity/root.ts';
import { configMapKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, boardUID, east, eastOffers, endExample, endpoints, fleet, notices, wait, west } from './example.ts';
import { authorityFilesOf } from './member.ts';
import { agentOf, authorityIn, putAuthority, rotate } from './rotation.ts';

const nodes = ['node-1', 'node-2'];
const pinned = () => west.api.read(configMapKind, { namespace: memberNamespace, name: trustConfigMap })?.data?.east;
const verified = () =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'StatementsVerified');
const ofEast = () => ['Cluster', 'Node', 'Export'].flatMap(notices).filter(({ spec }) => spec.cluster === 'east');

/** Whether everything that east has on the board is signed by one authority. */
const isSignedBy = (certificate: string): boolean => {
  const root = readRoot(certificate, { cluster: 'east', project: 'default' });
  return ofEast().every(({ spec }) => {
    const expected = { kind: spec.kind, subject: spec.subject, slice: 'app', sliceUID: boardUID() };
    return verifyStatement(spec, root, expected, fleet.clock.now()).ok;
  });
};

/** Resolves when west follows this authority of east; its peers must be there all the time, also for its agents. */
const follows = async (certificate: string, agent: ReturnType<typeof agentOf>): Promise<void> => {
  let least = nodes.length;
  await vi.waitFor(() => {
    least = Math.min(least, agent.peersOf('east', fleet.clock.now()).length, endpoints(west).length === endpoints(east).length ? 2 : 0);
    expect(pinned()).toBe(certificate);
    expect(agent.rootOf('east')).toBe(certificate);
    expect(isSignedBy(certificate)).toBe(true);
  }, wait);
  expect(least).toBe(nodes.length);
  expect(endpoints(west)).toEqual(endpoints(east));
};

beforeEach(async () => {
  await beginExample();
  await eastOffers();
});
afterEach(endExample);

it('a member signs what it states with a certificate for a day, and what it is with its authority', async () => {
  const agent = agentOf(west, 'app');
  await vi.waitFor(() => expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes), wait);
  const chains = (kind: string) => ofEast().flatMap(({ spec }) => (spec.kind === kind ? [spec.chain] : []));
  const signers = [...chains('Node'), ...chains('Export')];
  expect([chains('Cluster'), chains('Node').length, new Set(signers.flat()).size]).toEqual([[undefined], 2, 1]);
  const signer = new X509Certificate(signers[0]?.[0] ?? '');
  expect(signer.subjectAltName).toBe('URI:spiffe://east.default/statements');
  expect(signer.validToDate.getTime() - signer.validFromDate.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
  // Agents get it with the statement.
  const peers = west.api.objects(slicePeerKind).filter(({ spec }) => spec.cluster === 'east');
  expect(peers.map(({ spec }) => spec.chain)).toEqual(chains('Node'));
});

describe('a member that rotates its authority', () => {
  it('is followed by workers and agents without anybody, and nothing of it is gone meanwhile', async () => {
    const agent = agentOf(west, 'app');
    await vi.waitFor(() => expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes), wait);
    const first = pinned();
    const second = await rotate(east, fleet.clock.now());
    expect(second).not.toBe(first);
    await follows(second, agent);
    await follows(await rotate(east, fleet.clock.now()), agent);
    expect(verified()?.status).not.toBe('False');
  });

  it('is followed by one that was away for two rotations, and that one is not led back by a hub that replays', async () => {
    const agent = agentOf(west, 'app');
    await vi.waitFor(() => expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes), wait);
    await west.stop();
    const old = ofEast();
    await rotate(east, fleet.clock.now());
    await vi.waitFor(() => expect(isSignedBy(authorityIn(east).certificate)).toBe(true), wait);
    const between = ofEast();
    const last = await rotate(east, fleet.clock.now());
    await vi.waitFor(() => expect(isSignedBy(last)).toBe(true), wait);
    west.start();
    await follows(last, agent);
    await east.stop();
    for (const replayed of [...old, ...between]) {
      fleet.hub.put(noticeKind, replayed);
      await west.stop();
      west.start();
    }
    await fleet.soon(() => expect(verified()?.message).toContain('was accepted before'));
    expect([pinned(), agent.peersOf('east', fleet.clock.now())]).toEqual([last, nodes]);
  });

  it('is refused without the signature of the one before, by name of both and with the way out', async () => {
    const agent = agentOf(west, 'app');
    await vi.waitFor(() => expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes), wait);
    const first = pinned() ?? '';
    const stranger = await authorityFilesOf('east');
    putAuthority(east, stranger);
    await east.stop();
    east.start();
    await fleet.soon(() => expect(verified()?.message).toContain('kubeslice trust accept east'));
    for (const part of ['"east"', fingerprintOf(first), fingerprintOf(stranger.certificate)]) expect(verified()?.message).toContain(part);
    expect([pinned(), agent.peersOf('east', fleet.clock.now())]).toEqual([first, nodes]);
  });
});
