import { sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { type Pod, podKind } from '../../src/kubernetes/kinds.ts';
import type { Bed, Member } from './bed.ts';
import { distribution } from './figure.ts';
import type { Follower } from './follow.ts';
import type { Item } from './item.ts';
import { addressOf } from './scene.ts';
import type { Shell } from './shell.ts';
import { isReady, makeNamespace, pod, remove, slice } from './workload.ts';

const name = 'bench-first';
const detached = 'while ip link show slice0 >/dev/null 2>&1; do sleep 0.05; done';

interface Side {
  readonly uid: string;
  readonly shell: Shell;
  readonly sliceNodes: Follower<SliceNode>;
}

const makeSide = async (bed: Bed, cluster: Member): Promise<Side> => {
  const client = bed[cluster];
  await makeNamespace(bed, client, name);
  const { metadata } = await client.create(podKind, pod(name, 'one'), { signal: bed.signal });
  const pods = await bed.follow<Pod>(client, { kind: podKind, namespace: name });
  await pods.when(`the pod in ${cluster} is ready`, (all) => all.some(isReady));
  const sliceNodes = await bed.follow<SliceNode>(client, { kind: sliceNodeKind, namespace: 'kubeslice-system' });
  return { uid: metadata.uid ?? '', shell: bed.shell(cluster, name, 'one'), sliceNodes };
};

/** A Slice is applied to two joined clusters whose pods run already: until the first packet has gone from one to the other and back. */
export const firstPacket: Item = {
  name: 'first-packet',
  title: 'Slice to first packet',
  measure: async (bed) => {
    const { hub, signal } = bed;
    const [east, west] = await Promise.all([makeSide(bed, 'east'), makeSide(bed, 'west')]);
    const wanted = slice(name, '10.204.0.0/16', [name]);
    const onHub = await bed.follow<Slice>(hub, { kind: sliceKind, fieldSelector: `metadata.name=${name}` });
    const endSlice = async (): Promise<void> => {
      await remove(hub, sliceKind, wanted.metadata, { signal });
      const mine = (all: readonly SliceNode[]): boolean => all.every(({ spec }) => spec.slice !== name);
      await Promise.all([
        onHub.when('the slice has ended on the hub', (all) => all.length === 0),
        ...[east, west].map((side) => side.sliceNodes.when('the slice has ended in a member', mine)),
      ]);
      await Promise.all([east.shell.run(detached), west.shell.run(detached)]);
    };
    bed.later((undo) => remove(hub, sliceKind, wanted.metadata, { signal: undo }));
    const times: number[] = [];
    await endSlice();
    for (let round = 0; round < bed.rounds(30); round += 1) {
      const appliedAt = performance.now();
      await hub.apply(sliceKind, wanted, { signal });
      await east.sliceNodes.when('the far pod has its address', (all) => addressOf(all, name, east.uid) !== undefined);
      const target = addressOf(east.sliceNodes.list(), name, east.uid);
      const { endedAt } = await west.shell.run(`until ping -c1 -W0.2 -n ${target} >/dev/null 2>&1; do sleep 0.01; done`);
      times.push(endedAt - appliedAt);
      await endSlice();
    }
    return {
      figures: [
        {
          what: 'Slice applied → first packet there and back between two running pods',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times),
          budget: [{ of: 'p99', limit: 5_000 }],
        },
      ],
    };
  },
};
