import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import type { SlicePeer } from '../../src/api/slicepeer/type.ts';
import { newPodLines } from '../../src/kernel/pod/pod-plan.ts';
import { baseRules, elementsOf, tableName } from '../../src/kernel/slice/nft.ts';
import { replaceTable } from '../../src/kernel/slice/nft-table.ts';
import { attachLines, shelterLines, sliceLines } from '../../src/kernel/slice/slice-plan.ts';
import { peerChanges } from '../../src/kernel/tunnel/wg.ts';
import { nodeFacts } from '../../src/plan/facts/facts.ts';
import type { SliceNetwork } from '../../src/plan/facts/slice-network.ts';
import { planNode } from '../../src/plan/node/desired.ts';

/*
 * F4: the worker's account could write a line break into SliceNode.spec.sliceSubnet, and the agent handed it to `ip -batch` as root on the node.
 */

const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const object = { apiVersion: 'networking.kubeslice.io/v1beta1', kind: '' };
const node = (): SliceNode => ({
  ...object,
  metadata: { name: 'app.n1' },
  spec: {
    slice: 'app',
    sliceUID: 'u',
    node: 'n1',
    sliceSubnet: '10.0.0.0/16',
    blocks: ['10.0.0.0/24'],
    driver: 'Auto',
  },
  status: { port: 51_820, pods: { p1: { namespace: 'ns', name: 'p', address: '10.0.0.2' } } },
});
const peer = (): SlicePeer => ({
  ...object,
  metadata: { name: 'app.west.n2' },
  spec: {
    slice: 'app',
    cluster: 'west',
    node: 'n2',
    publicKey: key,
    endpoints: [{ address: '192.0.2.7', port: 51_820 }],
    blocks: ['10.0.1.0/24'],
    router: '10.0.1.1',
    serial: 1,
  },
});
const good: SliceNode = {
  ...node(),
  metadata: { name: 'bee.n1' },
  spec: { ...node().spec, slice: 'bee', sliceSubnet: '10.1.0.0/16', blocks: ['10.1.0.0/24'] },
  status: {},
};

/** Everything that the node would execute for these objects. */
const executed = (sliceNodes: readonly SliceNode[], slicePeers: readonly SlicePeer[]) => {
  const slices = ['app', 'bee'].map((name) => ({
    ...object,
    metadata: { name },
    spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { applicationNamespaces: [`${name}-ns`] } },
  }));
  const pods = ['app', 'bee'].map((name) => ({ ...object, metadata: { name: 'p', namespace: `${name}-ns`, uid: `uid-${name}` } }));
  const facts = nodeFacts({ node: 'n1', nodeObject: undefined, sliceNodes, slicePeers, slices, pods });
  const plan = planNode({
    facts,
    decisions: {},
    drivers: [{ driver: 'WireGuardUserspace', usable: true, reason: 'here' }],
    keys: new Map(facts.slices.map(({ name }) => [name, { publicKey: key, privateKeyFile: `/run/kubeslice/keys/${name}.key` }])),
    mtu: 1420,
    podNetns: new Map(pods.map(({ metadata }) => [metadata.uid, `/run/netns/${metadata.uid}`])),
    calls: new Map(),
    busyPorts: new Set(),
    now: 0,
  });
  return { plan, words: plan.networks.flatMap(wordsOf) };
};

const nothing = { links: new Map(), routes: new Set<string>(), neighbours: new Set<string>() };
const linesOf = (network: SliceNetwork): string[] => [
  ...shelterLines(network, nothing),
  ...sliceLines(network, nothing),
  ...network.pods.flatMap((pod) => [...attachLines(network, pod), ...newPodLines(network, pod)]),
];
/** Every word of every batch, script and argument list, those of one line apart. */
const wordsOf = (network: SliceNetwork): string[] => [
  ...linesOf(network).flatMap((line) => line.split(' ')),
  ...replaceTable(tableName, baseRules(network), elementsOf(network)).split(/[ \n]+/),
  ...peerChanges(network.peers, [], new Map(), 0, () => 'file').flatMap(({ words }) => words),
  ...network.peers.map(({ router }) => router),
  network.interface,
  network.netns,
];

/** A control character, one that is not ASCII, an option, or the mark of the attacker. */
const forbidden = /\p{Cc}|\P{ASCII}|^-|evil/u;

const text = fc.oneof(
  fc.constantFrom(
    'throw 9\nnetns exec evil touch /p\n#',
    '--evil',
    '10.0.0.0/16 table evil',
    '10.0.0.0/16\nevil',
    '10.0.0.2;evil',
    '10.0.0.2 } evil {',
    `${key}evil`,
    '\u001b[31mevil',
    '10.0.0.2\u00a0evil',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 43 }),
  fc
    .tuple(fc.constantFrom('10.0.0.0/16', '10.0.0.2', key, 'app', '-'), fc.constantFrom('\n', ' ', '\0', '\t', ';', '\r'), fc.string())
    .map((parts) => `${parts.join('')}evil`),
);

const nodePaths: readonly ((hostile: string) => SliceNode)[] = [
  (hostile) => ({ ...node(), spec: { ...node().spec, sliceSubnet: hostile } }),
  (hostile) => ({ ...node(), spec: { ...node().spec, blocks: [hostile] } }),
  (hostile) => ({ ...node(), spec: { ...node().spec, slice: hostile } }),
  (hostile) => ({ ...node(), spec: { ...node().spec, sliceUID: hostile } }),
  (hostile) => ({ ...node(), spec: { ...node().spec, driver: hostile as 'Auto' } }),
  (hostile) => ({
    ...node(),
    status: { port: hostile as never, pods: { [hostile]: { namespace: hostile, name: hostile, address: hostile } } },
  }),
];
const peerPaths: readonly ((hostile: string) => SlicePeer)[] = [
  (hostile) => ({ ...peer(), spec: { ...peer().spec, publicKey: hostile } }),
  (hostile) => ({ ...peer(), spec: { ...peer().spec, router: hostile } }),
  (hostile) => ({ ...peer(), spec: { ...peer().spec, blocks: [hostile] } }),
  (hostile) => ({ ...peer(), spec: { ...peer().spec, cluster: hostile, node: hostile } }),
  (hostile) => ({ ...peer(), spec: { ...peer().spec, endpoints: [{ address: hostile, port: 51_820 }] } }),
  (hostile) => ({ ...peer(), spec: { ...peer().spec, endpoints: [{ address: '192.0.2.7', port: hostile as never }] } }),
];

it('no SliceNode puts a word of its own into a command, a batch or an nft script; the other slice goes on', () => {
  fc.assert(
    fc.property(fc.constantFrom(...nodePaths), text, (make, hostile) => {
      const { plan, words } = executed([make(hostile), good], [peer()]);
      expect(words.filter((word) => forbidden.test(word))).toEqual([]);
      expect(plan.networks.map(({ slice }) => slice)).toContain('bee');
    }),
    { numRuns: 500 },
  );
});

it('no SlicePeer does; the slice and its other peers go on', () => {
  const other: SlicePeer = {
    ...peer(),
    spec: {
      ...peer().spec,
      node: 'n3',
      publicKey: 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=',
      blocks: ['10.0.2.0/24'],
      router: '10.0.2.1',
    },
  };
  fc.assert(
    fc.property(fc.constantFrom(...peerPaths), text, (make, hostile) => {
      const { plan, words } = executed([node()], [make(hostile), other]);
      expect(words.filter((word) => forbidden.test(word))).toEqual([]);
      expect(plan.networks[0]?.peers.map(({ name }) => name)).toContain('west/n3');
    }),
    { numRuns: 500 },
  );
});

it.each<[string, SliceNode['spec'], string]>([
  ['a subnet with a second command', { ...node().spec, sliceSubnet: '10.0.0.0/16\nevil' }, 'SliceNode app.n1: spec.sliceSubnet'],
  ['a subnet of every address', { ...node().spec, sliceSubnet: '0.0.0.0/0' }, 'SliceNode app.n1: spec.sliceSubnet'],
  ['a block outside of the slice', { ...node().spec, blocks: ['10.96.0.8/29'] }, 'SliceNode app.n1: spec.blocks[0]'],
])('says which object and field it refuses: %s', (_, spec, where) => {
  const { plan } = executed([{ ...node(), spec }, good], []);
  expect(plan.problems.get('app')).toMatchObject({ reason: 'FieldRefused' });
  expect(plan.problems.get('app')?.message).toContain(where);
  expect(plan.problems.get('app')?.message).not.toMatch(/\p{Cc}/u);
});
