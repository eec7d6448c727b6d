import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { convergeFaults } from '../../playground/fault/converge.ts';
import { machinesOf } from '../../playground/machine/machines.ts';
import { sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { type Node, nodeKind, type Pod, podKind } from '../../src/kubernetes/kinds.ts';
import type { Bed, Member } from './bed.ts';
import { distribution, type Figure } from './figure.ts';
import type { Follower } from './follow.ts';
import type { Item } from './item.ts';
import { addressOf } from './scene.ts';
import { isReady, makeNamespace, pod, remove, slice } from './workload.ts';

/** How often a ping goes out, in seconds; the first answer ends them. */
const ping = (address: string): string => `ping -n -i 0.01 -c 1 -w 50 ${address} >/dev/null`;
const uptime = 'read now rest </proc/uptime; echo $now';
const uptimeMs = async (): Promise<number> => Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]) * 1_000;

/** One member with the objects that are followed there, and its nodes by name. */
interface Side {
  readonly member: Member;
  readonly sliceNodes: Follower<SliceNode>;
  readonly pods: Follower<Pod>;
  readonly nodes: readonly string[];
}

const openSide = async (bed: Bed, member: Member): Promise<Side> => {
  const client = bed[member];
  const nodes = (await client.list<Node>(nodeKind, { signal: bed.signal })).items.map(({ metadata }) => metadata.name).toSorted();
  if (nodes.length < 2) throw new Error(`cluster ${member} has a single node`);
  return {
    member,
    nodes,
    sliceNodes: await bed.follow<SliceNode>(client, { kind: sliceNodeKind, namespace: 'kubeslice-system' }),
    pods: await bed.follow<Pod>(client, { kind: podKind }),
  };
};

/** What a pod waits for, in milliseconds since its first process started; and how long its start took since it was created. */
interface Waited {
  readonly from: number;
  readonly to: number;
  readonly start: number;
}

/** Slices with a pod on the first node of each cluster and none on the others. */
const prepare = async (bed: Bed, sides: readonly Side[], names: readonly string[]): Promise<void> => {
  await Promise.all(
    names.map(async (name, index) => {
      const wanted = slice(name, `10.${150 + index}.0.0/16`, [name]);
      await Promise.all(sides.map(({ member }) => makeNamespace(bed, bed[member], name)));
      await bed.hub.apply(sliceKind, wanted, { signal: bed.signal });
      bed.later((undo) => remove(bed.hub, sliceKind, wanted.metadata, { signal: undo }));
      await Promise.all(
        sides.map(async ({ member, nodes, pods, sliceNodes }) => {
          const spec = nodes[0] === undefined ? {} : { nodeName: nodes[0] };
          const { metadata } = await bed[member].create(podKind, pod(name, 'resident', spec), { signal: bed.signal });
          await pods.when(`the resident of ${name} is ready`, (all) =>
            all.some((each) => each.metadata.uid === metadata.uid && isReady(each)),
          );
          await sliceNodes.when('the resident is attached', (all) => addressOf(all, name, metadata.uid ?? '') !== undefined);
        }),
      );
    }),
  );
};

const uidOf = ({ pods }: Side, namespace: string, name: string): string =>
  pods.list().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name)?.metadata.uid ?? '';

/** Starts a pod on a node and waits until packets have gone from it to the other cluster, and to it from there. */
const join = async (bed: Bed, [own, other]: readonly [Side, Side], name: string, called: string, node: string): Promise<Waited> => {
  const target = addressOf(other.sliceNodes.list(), name, uidOf(other, name, 'resident'));
  if (target === undefined) throw new Error(`the resident of ${other.member} has no address`);
  const caller = bed.shell(other.member, name, 'resident');
  await caller.run('true');
  const command = ['sh', '-c', `${uptime}; ${ping(target)}; ${uptime}; sleep infinity`];
  const createdAt = await uptimeMs();
  const { metadata } = await bed[own.member].create(podKind, pod(name, called, { nodeName: node }, { command }), { signal: bed.signal });
  await own.sliceNodes.when('the pod has its address', (all) => addressOf(all, name, metadata.uid ?? '') !== undefined);
  const address = addressOf(own.sliceNodes.list(), name, metadata.uid ?? '') ?? '';
  const { stdout } = await caller.run(`${ping(address)}; ${uptime}`);
  caller.close();
  const log = async (): Promise<number[]> => {
    const path = `/api/v1/namespaces/${name}/pods/${called}/log`;
    const text = await bed[own.member].raw(path, { signal: bed.signal }).catch(() => '');
    return String(text)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Number(line) * 1_000);
  };
  let lines = await log();
  for (; lines.length < 2; lines = await log()) await pause(100, undefined, { signal: bed.signal });
  const [begun = 0, reached = 0] = lines;
  return { from: reached - begun, to: Number(stdout.trim()) * 1_000 - begun, start: begun - createdAt };
};

const figuresOf = (joined: readonly Waited[], there: readonly Waited[]): Figure[] => {
  const figure = (what: string, of: keyof Waited): Figure => ({
    what,
    unit: 'ms',
    better: 'lower',
    measured: distribution(joined.map((each) => Math.max(0, each[of]))),
    baseline: { what: 'on a node that is in the slice', measured: distribution(there.map((each) => Math.max(0, each[of]))) },
    ...(of === 'start' ? {} : { budget: [{ of: 'p99', limit: 100 }] }),
  });
  return [
    figure('first packet of a pod on a node that joins, after the start of its first process', 'from'),
    figure('first packet to it from another cluster', 'to'),
    figure('pod created → its first process', 'start'),
  ];
};

const measureJoins = async (bed: Bed, prefix: string, withoutHub: boolean): Promise<Figure[]> => {
  const sides = [await openSide(bed, 'east'), await openSide(bed, 'west')] as const;
  const names = Array.from({ length: bed.rounds(12) }, (_, index) => `${prefix}-${index}`);
  await prepare(bed, sides, names);
  await pause(5_000, undefined, { signal: bed.signal });
  if (withoutHub) {
    const machines = machinesOf(bed.context.spec).filter(({ cluster, role }) => cluster === 'hub' && role === 'control-plane');
    bed.later((undo) => convergeFaults(bed.context, [], undo));
    const faults = machines.map(({ name }) => ({ kind: 'held', machine: name, service: 'apiserver' }) as const);
    await convergeFaults(bed.context, faults, bed.signal);
    await pause(15_000, undefined, { signal: bed.signal });
  }
  const [joined, there]: [Waited[], Waited[]] = [[], []];
  for (const name of names)
    for (const [own, other] of [sides, sides.toReversed() as [Side, Side]]) {
      const node = own.nodes[1] ?? '';
      joined.push(await join(bed, [own, other], name, 'first', node));
      there.push(await join(bed, [own, other], name, 'second', node));
      bed.report(`${name} ${own.member}: ${JSON.stringify([joined.at(-1), there.at(-1)])}`);
    }
  return figuresOf(joined, there);
};

/** A pod starts on a node that is not in its slice: how long it waits for the node to join. */
export const nodeJoins: Item = {
  name: 'node-joins',
  title: 'First packet on a node that joins',
  measure: async (bed) => ({ figures: await measureJoins(bed, 'bench-joins', false) }),
};

/** The same while the hub is away. */
export const nodeJoinsWithoutHub: Item = {
  name: 'node-joins-without-hub',
  title: 'First packet on a node that joins, without the hub',
  measure: async (bed) => ({ figures: await measureJoins(bed, 'bench-alone', true) }),
};
