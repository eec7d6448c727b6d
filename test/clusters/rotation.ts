import { randomBytes } from 'node:crypto';
import { noticeKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { authoritySecret, forgottenConfigMap, memberNamespace } from '../../src/api/places.ts';
import { statementOf } from '../../src/exchange/ledger/ledger.ts';
import { readAuthorityOrders } from '../../src/exchange/trust/authority-orders.ts';
import type { AuthorityFiles } from '../../src/identity/authority.ts';
import { rotateAuthority } from '../../src/identity/rotate-authority.ts';
import { authorityData, readAuthorityData } from '../../src/identity/stored-authority.ts';
import { configMapKind, secretKind } from '../../src/kubernetes/kinds.ts';
import { forgetOrders } from '../../src/plan/peers/forget-order.ts';
import { createJudge } from '../../src/reconcile/node/identity/judge.ts';
import type { Member } from './fleet.ts';

/*
 * What "kubeslice trust rotate" does to a member of the test fleet, and an agent that verifies as on a node.
 */

/** The authority of a member, as its Secret has it. */
export const authorityIn = (member: Member): AuthorityFiles => {
  const files = readAuthorityData(member.api.read(secretKind, { namespace: memberNamespace, name: authoritySecret })?.data);
  if (files === undefined) throw new Error('no authority');
  return files;
};

/** Stores another authority in a member; its worker reads it when it starts. */
export const putAuthority = (member: Member, files: AuthorityFiles): void => {
  const data = Object.fromEntries(Object.entries(authorityData(files)).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  const metadata = { name: authoritySecret, namespace: memberNamespace };
  member.api.put(secretKind, { apiVersion: 'v1', kind: 'Secret', metadata, data });
};

/** Rotates the authority of a member and restarts its worker; resolves to the new certificate. */
export const rotate = async (member: Member, now: number): Promise<string> => {
  const files = await rotateAuthority(authorityIn(member), { cluster: member.name, project: 'default' }, now, randomBytes);
  putAuthority(member, files);
  await member.stop();
  member.start();
  return files.certificate;
};

/** An agent of a member that judges what the worker delivers, each time that it is asked. */
export const agentOf = (member: Member, slice: string) => {
  const judge = createJudge();
  let trust = judge.nothing;
  /** Names of the nodes of a cluster that the agent has as peers now. */
  const peersOf = (cluster: string, now: number): readonly string[] => {
    const slices = member.api.objects(sliceNodeKind).flatMap(({ spec }) => (spec.slice === slice ? [spec] : []));
    const [first] = slices;
    if (first === undefined) return [];
    const { sliceUID, sliceSubnet } = first;
    const orders = member.api.read(configMapKind, { namespace: memberNamespace, name: forgottenConfigMap })?.data;
    const delivered = {
      slices: [{ project: 'default', slice, sliceUID, sliceSubnet }],
      claims: member.api.objects(noticeKind).filter(({ spec }) => spec.kind === 'Cluster'),
      peers: member.api.objects(slicePeerKind),
      forget: forgetOrders(orders),
      orders: readAuthorityOrders(orders),
    };
    const followed = judge.follow(trust, delivered, now);
    trust = followed.trust;
    const ledger = trust.slices.get(sliceUID)?.ledger;
    return delivered.peers.flatMap(({ spec }) =>
      spec.cluster === cluster && ledger !== undefined && statementOf(ledger, 'Node', cluster, spec.node) ? [spec.node] : [],
    );
  };
  return { peersOf, rootOf: (cluster: string) => trust.roots.get(cluster) };
};
