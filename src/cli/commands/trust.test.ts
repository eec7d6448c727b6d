import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noticeKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { clusterLabel, membershipAnnotation, statementLabel } from '../../api/labels.ts';
import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../api/places.ts';
import { openAuthority } from '../../identity/authority.ts';
import { createAuthority } from '../../identity/create-authority.ts';
import { fingerprintOf, keyFingerprint } from '../../identity/fingerprint.ts';
import { issueNodeCertificate } from '../../identity/node/issue-node-certificate.ts';
import { createNodeKey } from '../../identity/node/node-key.ts';
import { configMapKind, podKind } from '../../kubernetes/kinds.ts';
import { forgetOrders } from '../../plan/peers/forget-order.ts';
import { eventKind } from '../../values/builtin/event.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command } from './trust.ts';

const now = Date.UTC(2026, 10, 24, 12);
let contexts: FakeContexts;
let west: string;
const api = () => contexts.api('east');
const named = (name: string) => command.commands?.find((one) => one.name === name) ?? command;

const claim = (cluster: string, certificate: string) =>
  api().put(noticeKind, {
    apiVersion: 'exchange.kubeslice.io/v1alpha1',
    kind: 'Notice',
    metadata: {
      name: `app.${cluster}.1`,
      namespace: memberNamespace,

      labels: { [clusterLabel]: cluster, [statementLabel]: 'cluster' },
    },
    spec: {
      cluster,
      kind: 'Cluster',
      subject: cluster,
      statement: JSON.stringify({ body: { caCertificate: certificate } }),
      signature: 's',
    },
  });

beforeEach(async () => {
  contexts = await startFakeContexts(['east', 'bare'], [eventKind, configMapKind, noticeKind, podKind, sliceKind, sliceNodeKind]);
  west = (await createAuthority({ cluster: 'west', project: 'default' }, now, randomBytes)).certificate;
  const metadata = (name: string) => ({ name, namespace: memberNamespace });
  api().put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(trustConfigMap), data: { west, old: 'x' } });
  api().put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(forgottenConfigMap) });
  claim('west', west);
});
afterEach(() => contexts.stop());

it('shows the authorities, the own one first, and the certificates of the nodes', async () => {
  const files = await createAuthority({ cluster: 'east', project: 'default' }, now, randomBytes);
  const authority = openAuthority(files, { cluster: 'east', project: 'default' });
  claim('east', files.certificate);
  api().put(sliceKind, {
    apiVersion: 'networking.kubeslice.io/v1beta1',
    kind: 'Slice',
    metadata: { name: 'app', namespace: memberNamespace, annotations: { [membershipAnnotation]: '{"spec":{"cluster":"east"}}' } },
    spec: { sliceSubnet: '10.0.0.0/16' },
  });
  const { publicKey } = createNodeKey().key;
  for (const [slice, node, at] of [
    ['app', 'n1', now],
    ['bee', 'n1', now + 60_000],
    ['app', 'n2', undefined],
  ] as const) {
    const certificate = at === undefined ? {} : { certificate: issueNodeCertificate(authority, { node, publicKey }, at, randomBytes) };
    api().put(sliceNodeKind, {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'SliceNode',
      metadata: { name: `${slice}.${node}`, namespace: memberNamespace },
      spec: { slice, sliceUID: 'u', node, sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto', ...certificate },
      status: at === undefined ? {} : { identity: { publicKey, proof: 'p' } },
    });
  }
  const { code, out } = await contexts.run(named('show'), [], { context: 'east' });
  expect(code).toBe(0);
  const lines = out.split('\n').map((line) => line.trimEnd().split(/ {2,}/));
  expect(lines).toEqual([
    ['CLUSTER', 'AUTHORITY', 'VALID UNTIL'],
    ['east (this one)', authority.fingerprint, '2036-11-24T12:00:00.000Z'],
    ['old', 'unreadable', '-'],
    ['west', fingerprintOf(west), '2036-11-24T12:00:00.000Z'],
    [''],
    ['NODE', 'KEY', 'CERTIFICATE UNTIL'],
    ['n1', keyFingerprint(publicKey), '2026-11-25T00:01:00.000Z'],
    ['n2', 'none yet', '-'],
  ]);
  const { out: json } = await contexts.run(named('show'), [], { context: 'east', output: 'json' });
  expect(JSON.parse(json)).toMatchObject({
    authorities: [
      { cluster: 'east', own: true, fingerprint: authority.fingerprint },
      { cluster: 'old', own: false },
      { cluster: 'west', own: false, fingerprint: fingerprintOf(west) },
    ],
    nodes: [{ node: 'n1', key: keyFingerprint(publicKey), validUntil: '2026-11-25T00:01:00.000Z' }, { node: 'n2' }],
  });
});

it('forgets a cluster: pin and notices go, and agents get an order that names the notices', async () => {
  const stored = api().objects(noticeKind)[0]?.metadata.uid;
  const { code, out } = await contexts.run(named('forget'), ['west'], { context: 'east' });
  expect(code).toBe(0);
  expect(out).toContain('The authority of cluster "west" is forgotten');
  const data = (name: string) => api().read(configMapKind, { namespace: memberNamespace, name })?.data ?? {};
  expect(Object.keys(data(trustConfigMap))).toEqual(['old']);
  expect(api().objects(eventKind)).toMatchObject([
    { involvedObject: { name: trustConfigMap }, type: 'Warning', reason: 'AuthorityForgotten' },
  ]);
  expect(api().objects(noticeKind)).toEqual([]);
  const order = forgetOrders(data(forgottenConfigMap)).get('west');
  expect([...(order?.notices ?? [])]).toEqual([stored]);
  expect(Date.parse(order?.id ?? '')).toBeGreaterThan(0);
});

it('names the clusters that are pinned, and a context that is no member', async () => {
  await expect(contexts.run(named('forget'), ['wset'], { context: 'east' })).rejects.toThrow('it has those of: old, west');
  await expect(contexts.run(named('show'), [], { context: 'bare' })).rejects.toThrow('Context "bare" is no member cluster');
});
