import { sliceKind } from '../../src/api/kinds.ts';
import { type Pod, podKind } from '../../src/kubernetes/kinds.ts';
import { distribution } from './figure.ts';
import type { Item } from './item.ts';
import { isReady, makeNamespace, pod } from './workload.ts';

const joining = 'bench-joining';

/** The namespace of a running pod joins a slice that stands: until the pod has its address. */
export const liveAttach: Item = {
  name: 'live-attach',
  title: 'Namespace joins to address',
  measure: async (bed) => {
    const { signal } = bed;
    const { slice, namespace, west } = await bed.scene();
    await makeNamespace(bed, bed.west, joining);
    await bed.west.create(podKind, pod(joining, 'joining', { nodeName: west.node }), { signal });
    const pods = await bed.follow<Pod>(bed.west, { kind: podKind, namespace: joining });
    await pods.when('the pod is ready', (all) => all.some(isReady));
    const shell = bed.shell('west', joining, 'joining');
    const members = async (allowedNamespaces: readonly string[]): Promise<void> => {
      const change = { spec: { namespaceIsolationProfile: { allowedNamespaces } } };
      await bed.hub.mergePatch(sliceKind, { namespace: 'default', name: slice }, change, { signal });
    };
    const times: number[] = [];
    for (let round = 0; round < bed.rounds(30); round += 1) {
      const attached = shell.run('until ip -4 address show slice0 2>/dev/null | grep -q inet; do sleep 0.01; done');
      const joinedAt = performance.now();
      await members([namespace, joining]);
      times.push((await attached).endedAt - joinedAt);
      await members([namespace]);
      await shell.run('while ip link show slice0 >/dev/null 2>&1; do sleep 0.05; done');
    }
    return {
      figures: [
        {
          what: "running pod's namespace joins → the pod has its address",
          unit: 'ms',
          better: 'lower',
          measured: distribution(times),
          budget: [{ of: 'p99', limit: 2_000 }],
        },
      ],
    };
  },
};
