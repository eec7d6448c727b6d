import { randomBytes, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { author, hour, project, rotatedAuthorities, slice, start } from '../../../../test/exchange/author.ts';
import { clusterLabel, sliceLabel } from '../../../api/labels.ts';
import { type AuthorityOrders, markOf, noOrders } from '../../../exchange/trust/authority-orders.ts';
import { issueNodeCertificate } from '../../../identity/node/issue-node-certificate.ts';
import { createNodeKey } from '../../../identity/node/node-key.ts';
import { authenticated } from '../../../identity/node/tunnel-session.ts';
import { overlapMs } from '../../../identity/rotation.ts';
import { createJudge } from './judge.ts';

it('a node opens tunnels to one whose certificate is of the authority before, until the overlap ends or that one is revoked', async () => {
  const [first, second] = await rotatedAuthorities('west', start, start + hour);
  if (first === undefined || second === undefined) throw new Error('no authorities');
  const { publicKey: identityKey } = createNodeKey().key;
  const judge = createJudge();
  const verdict = (issuer: typeof first, now: number, orders: AuthorityOrders = noOrders) => {
    const spec = author(second).claim(['10.0.0.0/24'], start + hour);
    const metadata = { name: 'west', labels: { [sliceLabel]: slice.slice, [clusterLabel]: 'west' }, uid: spec.statement };
    const delivered = {
      slices: [{ ...slice, project, sliceSubnet: '10.0.0.0/16' }],
      claims: [{ apiVersion: '', kind: 'Notice', metadata, spec }],
      peers: [],
      forget: new Map(),
      orders: new Map([['west', orders]]),
    };
    const { trust } = judge.follow(judge.nothing, delivered, now);
    const root = judge.readRoot(trust.roots.get('west') ?? '', { cluster: 'west', project });
    const shown = new X509Certificate(issueNodeCertificate(issuer, { node: 'n1', publicKey: identityKey }, now - hour, randomBytes));
    const session = { getPeerX509Certificate: () => shown } as unknown as TLSSocket;
    const before = () => judge.rootsBefore(trust, root, now);
    return authenticated(session, { root, before, node: 'n1', identityKey, tunnelKey: 'k' }, now);
  };
  const late = start + 2 * hour;
  expect([verdict(first, late), verdict(second, late)]).toEqual([late + 11 * hour, late + 11 * hour]);
  const refused = `shows a certificate that was not issued by the authority ${second.fingerprint}`;
  expect(verdict(first, start + hour + overlapMs + hour)).toBe(refused);
  const revoked = { accepted: undefined, revoked: [markOf(first, '', 'ann')] };
  expect([verdict(first, late, revoked), verdict(second, late, revoked)]).toEqual([refused, late + 11 * hour]);
});
