import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { authoritySecret, memberNamespace } from '../../src/api/places.ts';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { readNodeCertificate } from '../../src/identity/node/node-certificate.ts';
import { createNodeKey, proveNodeKey } from '../../src/identity/node/node-key.ts';
import { readRoot } from '../../src/identity/root.ts';
import { secretKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, endExample, everybodySpeaks, nodesOf, notices, wait, west } from './example.ts';

beforeEach(beginExample);
afterEach(endExample);

const node = (): SliceNode => {
  const [first] = nodesOf(east);
  if (first?.status?.publicKey === undefined) throw new Error('no node');
  return first;
};
/** The agent of the first node of east publishes its key, with the proof of one that has a private key. */
const publish = (publicKey: string, prover = createNodeKey().key): void => {
  const { spec, status } = node();
  const { proof } = proveNodeKey(
    { ...prover, publicKey },
    { node: spec.node, sliceUID: spec.sliceUID, tunnelKey: status?.publicKey ?? '' },
  );
  east.api.put(sliceNodeKind, { ...node(), status: { ...status, identity: { publicKey, proof } } });
};
const root = () => {
  const secret = east.api.read(secretKind, { namespace: memberNamespace, name: authoritySecret });
  return readRoot(Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64').toString(), { cluster: 'east', project: 'default' });
};
const peerInWest = () => west.api.objects(slicePeerKind).find(({ spec }) => spec.cluster === 'east' && spec.node === node().spec.node);

it('a node that proves its key gets a certificate, and its statement binds the key to the tunnel', async () => {
  await everybodySpeaks();
  await vi.waitFor(() => expect(notices('Node').length).toBe(4), wait);
  const { key } = createNodeKey();
  publish(key.publicKey, key);
  await vi.waitFor(() => expect(node().spec.certificate).toBeDefined(), wait);
  const read = readNodeCertificate(node().spec.certificate ?? '', { root: root(), node: node().spec.node });
  expect(read).toMatchObject({ publicKey: key.publicKey });
  await vi.waitFor(() => expect(peerInWest()?.spec.identityKey).toBe(key.publicKey), wait);
  expect(peerInWest()?.spec.statement).toContain(`"identityKey":"${key.publicKey}"`);
  // A node with another key, as after a reboot, gets another certificate.
  const { key: second } = createNodeKey();
  publish(second.publicKey, second);
  await vi.waitFor(
    () =>
      expect(readNodeCertificate(node().spec.certificate ?? '', { root: root(), node: node().spec.node })).toMatchObject({
        publicKey: second.publicKey,
      }),
    wait,
  );
  await vi.waitFor(() => expect(peerInWest()?.spec.identityKey).toBe(second.publicKey), wait);
});

it('a node that publishes the key of another gets none, and works on without', async () => {
  await everybodySpeaks();
  await vi.waitFor(() => expect(peerInWest()).toBeDefined(), wait);
  publish(createNodeKey().key.publicKey);
  await vi.waitFor(() => {
    const conditions = east.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions;
    expect(conditionOf(conditions, 'StatementsVerified')?.message).toContain('without proof that it holds the private key');
  }, wait);
  expect(node().spec.certificate).toBeUndefined();
  expect(peerInWest()?.spec.identityKey).toBeUndefined();
});
