import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { catalogue } from '../../src/api/catalogue.ts';
import { crdOf } from '../../src/api/crd.ts';
import type { KindDefinition } from '../../src/api/kind-definition.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { realPrograms, startRealApi } from '../../src/kubernetes/fixtures/real-api.ts';
import type { Client } from '../../src/kubernetes/port.ts';
import { apiVersionOf } from '../../src/values/resource-kind.ts';

const programs = realPrograms();
const signal = AbortSignal.timeout(120_000);

const definitionOf = (kind: string): KindDefinition => {
  const definition = catalogue.find(({ resource }) => resource.kind === kind);
  if (definition === undefined) throw new Error(`${kind} is not in the catalogue`);
  return definition;
};

/** As many ports as an export can have, with the longest names. */
const manyPorts = Array.from({ length: 64 }, (_, index) => ({ name: `${index}`.padStart(63, 'p'), containerPort: 10_000 + index }));
const requires = (...matchExpressions: readonly object[]) => ({ slice: 's', selector: { matchExpressions } });

const sliceNode = (rest: object) => ({
  slice: 'app',
  sliceUID: '3b4c8f0e-7f6c-4f43-8d2e-1f9a5f0f7d11',
  node: 'n1.example',
  sliceSubnet: '10.0.0.0/16',
  blocks: ['10.0.0.0/24'],
  driver: 'Auto',
  ...rest,
});
const slicePeer = (rest: object) => ({
  slice: 'app',
  cluster: 'west',
  node: 'n2',
  publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
  endpoints: [{ address: '2001:db8::1', port: 51_820 }],
  blocks: ['10.0.1.0/24'],
  router: '10.0.1.1',
  serial: 1,
  ...rest,
});

/** Accepted as they stand: kind, name, spec. */
const good: readonly (readonly [kind: string, name: string, spec: object])[] = [
  ['Slice', 'app-slice', { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] } }],
  ['Slice', 'smallest', { sliceSubnet: '192.168.1.16/28' }],
  ['Slice', 'largest', { sliceSubnet: '10.0.0.0/8', clusters: ['east', 'west'], tunnel: { driver: 'WireGuardUserspace' } }],
  ['ServiceExport', 'minimal', { slice: 'app-slice' }],
  [
    'ServiceExport',
    'as-existing-users-write-it',
    {
      slice: 'app-slice',
      selector: { matchLabels: { app: 'backend' } },
      ingressEnabled: false,
      aliases: ['backend.example.com'],
      ports: [{ name: 'tcp', containerPort: 5201, servicePort: 80, protocol: 'TCP', serviceProtocol: 'HTTP' }],
    },
  ],
  ['ServiceExport', 'many-ports', { slice: 's', ports: manyPorts }],
  ['ServiceExport', 'requirements', requires({ key: 'app', operator: 'In', values: ['a'] }, { key: 'old', operator: 'DoesNotExist' })],
  ['Cluster', 'east', {}],
  ['Cluster', 'west', { nodeIPs: ['192.0.2.1'], networkInterface: 'eth0', clusterProperty: { geoLocation: { cloudProvider: 'NONE' } } }],
  [
    'SliceNode',
    'app.n1',
    sliceNode({
      // As many as there may be: the API server bounds the cost of a rule by this.
      blocks: Array.from({ length: 64 }, (_, index) => `10.0.${index}.0/24`),
    }),
  ],
  ['SlicePeer', 'app.west.n2', slicePeer({})],
  ['Project', 'avesha', { serviceAccount: { readOnly: ['reader'], readWrite: ['writer'] } }],
];

/** Refused, with words that the refusal must contain. */
const bad: readonly (readonly [kind: string, name: string, spec: object | undefined, words: readonly string[]])[] = [
  ['Slice', 'no-spec', undefined, ['spec', 'Required']],
  ['Slice', 'no-subnet', {}, ['sliceSubnet', 'Required']],
  ['Slice', 'word', { sliceSubnet: 'ten' }, ['sliceSubnet "ten"', 'write one such as 10.0.0.0/16']],
  ['Slice', 'host-bits', { sliceSubnet: '10.0.0.1/16' }, ['10.0.0.1/16', 'has host bits set', '10.0.0.0/16']],
  ['Slice', 'ipv6', { sliceSubnet: 'fd00::/64' }, ['is not an IPv4 network']],
  ['Slice', 'too-long', { sliceSubnet: '10.0.0.0/29' }, ['/8 to /28']],
  ['Slice', 'too-short', { sliceSubnet: '10.0.0.0/7' }, ['/8 to /28']],
  ['Slice', 'zeros', { sliceSubnet: '010.0.0.0/16' }, ['is not an IPv4 network']],
  ['Slice', 'dotted.name', { sliceSubnet: '10.0.0.0/16' }, ['must be a DNS label']],
  ['Slice', 'twice', { sliceSubnet: '10.0.0.0/16', clusters: ['a', 'a'] }, ['clusters', 'Duplicate']],
  ['Slice', 'ns', { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['A_b'] } }, ['allowedNamespaces', 'A_b']],
  ['Slice', 'driver', { sliceSubnet: '10.0.0.0/16', tunnel: { driver: 'OpenVPN' } }, ['driver', 'OpenVPN']],
  ['ServiceExport', 'no-slice', {}, ['slice', 'Required']],
  ['ServiceExport', 'port', { slice: 's', ports: [{ containerPort: 0 }] }, ['containerPort']],
  ['ServiceExport', 'protocol', { slice: 's', ports: [{ containerPort: 1, protocol: 'ICMP' }] }, ['TCP, UDP or SCTP']],
  [
    'ServiceExport',
    'name-twice',
    { slice: 's', ports: [...manyPorts.slice(1), { name: manyPorts[1]?.name, containerPort: 1 }] },
    [`ports[].name "${manyPorts[1]?.name}" is used more than once`],
  ],
  [
    'ServiceExport',
    'port-twice',
    { slice: 's', ports: [...manyPorts.slice(1), { containerPort: 1, servicePort: 10_063 }] },
    ['ports[] has 10063/TCP more than once'],
  ],
  ['ServiceExport', 'alias', { slice: 's', aliases: ['a..b'] }, ['aliases', 'a..b']],
  ['ServiceExport', 'in-nothing', requires({ key: 'app', operator: 'In' }), ['operator In of label "app" needs values']],
  [
    'ServiceExport',
    'exists-as',
    requires({ key: 'app', operator: 'Exists', values: ['a'] }),
    ['operator Exists of label "app" takes no values'],
  ],
  ['SliceNode', 'newline', sliceNode({ sliceSubnet: '10.0.0.0/16\nnetns exec' }), ['spec.sliceSubnet', 'must be an IPv4 network']],
  ['SliceNode', 'space', sliceNode({ blocks: ['10.0.0.0/24 dev lo'] }), ['spec.blocks[0]', 'must be an IPv4 network']],
  ['SliceNode', 'uid', sliceNode({ sliceUID: '-u' }), ['spec.sliceUID']],
  ['SliceNode', 'node', sliceNode({ node: 'n1\n' }), ['spec.node']],
  ['SlicePeer', 'key', slicePeer({ publicKey: '--help' }), ['spec.publicKey']],
  ['SlicePeer', 'router', slicePeer({ router: '-f/etc/passwd' }), ['spec.router', 'must be an IPv4 or IPv6 address']],
  ['SlicePeer', 'endpoint', slicePeer({ endpoints: [{ address: 'host.example', port: 1 }] }), ['spec.endpoints[0].address']],
  ['SlicePeer', 'block', slicePeer({ blocks: ['10.0.1.1/24'] }), ['spec.blocks[0]']],
  ['SlicePeer', 'cluster', slicePeer({ cluster: '-c' }), ['spec.cluster']],
  ['Cluster', 'a'.repeat(41), {}, ['40 characters']],
  ['Cluster', 'ca', { caBundle: 'x'.repeat(9_000) }, ['caBundle', '8192']],
];

const objectOf = (kind: string, name: string, spec: object | undefined) => ({
  apiVersion: apiVersionOf(definitionOf(kind).resource),
  kind,
  metadata: { name, namespace: 'default' },
  ...(spec === undefined ? {} : { spec }),
});

const suite = (paths: Exclude<typeof programs, string>): void => {
  let client: Client;
  let stop = async (): Promise<void> => undefined;

  beforeAll(async () => {
    const api = await startRealApi(paths);
    stop = () => api.stop();
    client = createClient(api.connection, { fieldManager: 'test' });
    for (const kind of catalogue) {
      await client.raw('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { method: 'POST', body: crdOf(kind), signal });
      // Served is more than Established: the watch cache of a new kind follows it by a moment.
      await vi.waitFor(() => client.list(kind.resource, { signal }), { timeout: 10_000, interval: 20 });
    }
  });
  afterAll(async () => {
    client.close();
    await stop();
  });

  test('takes every kind of the catalogue, with every rule', async () => {
    for (const { resource } of catalogue) expect((await client.list(resource, { signal })).items).toEqual([]);
  });

  test.each(good)('accepts %s %s and keeps what was said', async (kind, name, spec) => {
    const { resource } = definitionOf(kind);
    const made = await client.create(resource, objectOf(kind, name, spec), { signal });
    expect(made).toMatchObject({ spec });
    await client.delete(resource, { name, namespace: 'default' }, { signal });
  });

  test.each(bad)('refuses %s %s and keeps nothing', async (kind, name, spec, words) => {
    const { resource } = definitionOf(kind);
    const refusal = await client.create(resource, objectOf(kind, name, spec), { signal }).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
    for (const word of words) expect(refusal).toContain(word);
    expect(await client.find(resource, { name, namespace: 'default' }, { signal })).toBeUndefined();
  });

  test('keeps the subnet of a slice', async () => {
    const { resource } = definitionOf('Slice');
    await client.create(resource, objectOf('Slice', 'fixed', { sliceSubnet: '10.0.0.0/16' }), { signal });
    const patch = { spec: { sliceSubnet: '10.1.0.0/16' } };
    await expect(client.mergePatch(resource, { name: 'fixed', namespace: 'default' }, patch, { signal })).rejects.toThrow(
      'create another slice',
    );
    await client.delete(resource, { name: 'fixed', namespace: 'default' }, { signal });
  });

  test('keeps the authority of a cluster, so that its name cannot be taken', async () => {
    const { resource } = definitionOf('Cluster');
    const target = { name: 'taken', namespace: 'default' };
    await client.create(resource, objectOf('Cluster', 'taken', {}), { signal });
    await client.mergePatch(resource, target, { spec: { caBundle: '-----BEGIN CERTIFICATE-----1' } }, { signal });
    await client.mergePatch(resource, target, { spec: { caBundle: '-----BEGIN CERTIFICATE-----1', networkInterface: 'eth0' } }, { signal });
    await expect(client.mergePatch(resource, target, { spec: { caBundle: '-----BEGIN CERTIFICATE-----2' } }, { signal })).rejects.toThrow(
      'taken by another cluster',
    );
    await expect(client.mergePatch(resource, target, { spec: { caBundle: null } }, { signal })).rejects.toThrow('cannot be removed');
    await expect(client.mergePatch(resource, target, { spec: null }, { signal })).rejects.toThrow();
    await client.delete(resource, target, { signal });
  });
};

if (typeof programs === 'string') {
  console.log(`skipped: kinds on a real API server: ${programs}`);
  it.skipIf(process.env.CI === undefined)('has an API server to run against', () => {
    throw new Error(programs);
  });
} else describe('a real API server', () => suite(programs));
