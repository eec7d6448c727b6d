import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noticeKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { podKind } from '../../src/kubernetes/kinds.ts';
import {
  agentSpeaks,
  beginExample,
  east,
  eastOffers,
  endExample,
  endpoints,
  fleet,
  importedSlices,
  nodesOf,
  offer,
  runPod,
  wait,
  west,
} from '../clusters/example.ts';

/*
 * A node that got a further block published pods in it at once, and the other clusters answered their addresses at once: before their own nodes had
 * added the block to their tunnels, where packets to it were dropped without a word. In a new slice, the first packet of a client was lost, and TCP
 * repeated it a second later.
 */

beforeEach(beginExample);
afterEach(endExample);

const firstOfEast = () => {
  const [node] = nodesOf(east);
  if (node === undefined) throw new Error('there is no node');
  return node;
};
/** What the agents of west say of their tunnels. */
const westConfirms = (version: number): void => {
  for (const node of nodesOf(west)) west.api.put(sliceNodeKind, { ...node, status: { ...node.status, peersVersion: version } });
};
const versionOfPeer = (): number =>
  Number(west.api.objects(slicePeerKind).find(({ spec }) => spec.cluster === 'east' && spec.blocks.length > 1)?.metadata.resourceVersion);

/** A pod of the service in east with this address. */
const attach = (name: string, address: string): void => {
  const { uid = '' } = east.api.put(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'app-ns', labels: { app: 'web' } },
    spec: { containers: [], nodeName: firstOfEast().spec.node },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }).metadata;
  const node = firstOfEast();
  east.api.put(sliceNodeKind, {
    ...node,
    status: { ...node.status, pods: { ...node.status?.pods, [uid]: { namespace: 'app-ns', name, address } } },
  });
};

it('an endpoint in a new block is answered once every node has a path to it', async () => {
  await eastOffers();
  westConfirms(1);
  const node = firstOfEast();
  const fillers = Array.from({ length: 60 }, (_, index) => [
    `filler-${index}`,
    { namespace: 'app-ns', name: 'filler', address: '10.0.0.9' },
  ]);
  east.api.put(sliceNodeKind, {
    ...node,
    status: { ...node.status, pods: { ...node.status?.pods, ...(Object.fromEntries(fillers) as NonNullable<typeof node.status>['pods']) } },
  });
  await vi.waitFor(() => expect(firstOfEast().spec.blocks.length).toBeGreaterThan(1), wait);
  await vi.waitFor(() => expect(versionOfPeer()).toBeGreaterThan(1), wait);
  const address = (firstOfEast().spec.blocks[1] ?? '').replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + 5}`);
  attach('late', address);
  const isKept = () => west.api.objects(noticeKind).some(({ spec }) => spec.kind === 'Export' && spec.statement.includes(`"${address}"`));
  await vi.waitFor(() => expect(isKept()).toBe(true), wait);
  // Keeping the notice is the last thing that its arrival causes.
  expect(endpoints(west)).toEqual([expect.stringMatching(/^east .* true$/)]);
  expect(endpoints(west).join()).not.toContain(address);
  const [slow, ...others] = nodesOf(west);
  for (const one of others) west.api.put(sliceNodeKind, { ...one, status: { ...one.status, peersVersion: versionOfPeer() } });
  expect(endpoints(west).join()).not.toContain(address);
  if (slow !== undefined) west.api.put(sliceNodeKind, { ...slow, status: { ...slow.status, peersVersion: versionOfPeer() } });
  await fleet.soon(() => expect(endpoints(west).join()).toContain(`east ${address} true`), { withinMs: 3_000 });
});

it('a new service is answered once every node that joins the slice has a path to it', async () => {
  await vi.waitFor(() => expect([east, west].map((member) => nodesOf(member).length)).toEqual([2, 2]), wait);
  const peers = () => west.api.objects(slicePeerKind).filter(({ spec }) => spec.cluster === 'east');
  agentSpeaks(east);
  runPod(east, 'a');
  offer(east);
  // Nodes prepare for it, and names do not answer.
  await vi.waitFor(() => expect([peers().length, importedSlices(west).flatMap((one) => one.endpoints ?? []).length]).toEqual([2, 1]), wait);
  expect(endpoints(west)).toEqual([]);
  agentSpeaks(west);
  await fleet.soon(() => expect(endpoints(west)).toHaveLength(1), { withinMs: 3_000 });
});
