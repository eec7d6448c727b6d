import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { handleOf } from '../../playground/fault/context.ts';
import { runInside } from '../../playground/machine/machine.ts';
import { distribution } from './figure.ts';
import type { Item } from './item.ts';

/** Slow enough for the 61 addresses of a node's first block: one given back rests for 15 s at least. */
const everyMs = 300;

interface Conflist {
  readonly name: string;
  readonly cniVersion: string;
  readonly plugins: readonly { readonly type: string }[];
}

/**
 * The runtime calls the CNI plugins of the node one after another before a pod's containers start, so what ours takes is what a pod start
 * is delayed by. Here it is called on the node as the runtime calls it, for a pod that comes into being with a network namespace of its own,
 * and beside it the plugin before it in the chain.
 */
export const podStart: Item = {
  name: 'pod-start',
  title: 'Pod start',
  measure: async (bed) => {
    const { namespace, west } = await bed.scene();
    const machine = handleOf(bed.context, west.node);
    const folder = join(machine.paths.files, 'etc-cni', 'net.d');
    const file = (await readdir(folder)).find((each) => each.endsWith('.conflist'));
    const conflist: Conflist = JSON.parse(await readFile(join(folder, file ?? ''), 'utf8'));
    const plugin = (type: string): string =>
      JSON.stringify({ ...conflist.plugins.find((each) => each.type === type), name: conflist.name, cniVersion: conflist.cniVersion });
    const [first = ''] = conflist.plugins.map(({ type }) => type);
    const ours = plugin('kubeslice').replace(/\}$/, `,"prevResult":{"cniVersion":"${conflist.cniVersion}"}}`);

    /** Calls a plugin once for ADD and once for DEL, in a fresh namespace; nanoseconds that ADD took. */
    const call = async (type: string, configuration: string, of: string): Promise<number> => {
      const uid = crypto.randomUUID();
      // A new name each time, as runtimes have it.
      const netns = `bench-${uid}`;
      const script = `set -e
        export CNI_CONTAINERID=bench CNI_NETNS=/run/netns/${netns} CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
        export CNI_ARGS='IgnoreUnknown=1;K8S_POD_NAMESPACE=${of};K8S_POD_NAME=bench-start;K8S_POD_UID=${uid}'
        ip netns add ${netns}
        printf '%s' "$1" > /run/bench-cni.json
        begin=$(date +%s%N)
        CNI_COMMAND=ADD /opt/cni/bin/${type} < /run/bench-cni.json > /run/bench-cni.out || { cat /run/bench-cni.out >&2; exit 1; }
        end=$(date +%s%N)
        ip -n ${netns} -4 address show dev slice0 2>/dev/null | grep -q inet && echo attached
        CNI_COMMAND=DEL /opt/cni/bin/${type} < /run/bench-cni.json > /dev/null
        ip netns del ${netns}
        rm /run/bench-cni.json /run/bench-cni.out
        echo $((end - begin))`.replace('&& echo attached', '&& echo attached || true');
      const lines = (await runInside(machine, ['sh', '-c', script, 'sh', configuration], { signal: bed.signal })).trim().split('\n');
      if (lines.includes('attached') !== (type === 'kubeslice' && of === namespace))
        throw new Error(`the pod of ${of} was not treated as it should be by ${type}`);
      return Number(lines.at(-1)) / 1e6;
    };

    const times = { member: [] as number[], other: [] as number[], before: [] as number[] };
    for (let round = 0; round < bed.rounds(120); round += 1) {
      const begun = performance.now();
      times.before.push(await call(first, plugin(first), namespace));
      times.member.push(await call('kubeslice', ours, namespace));
      times.other.push(await call('kubeslice', ours, 'default'));
      await pause(Math.max(0, begun + everyMs - performance.now()), undefined, { signal: bed.signal });
    }
    const baseline = { what: `the plugin ${first}, which makes the pod's own network`, measured: distribution(times.before) };
    const budget = [{ of: 'p99', limit: 100 }] as const;
    return {
      figures: [
        {
          what: 'delay of a pod start by the CNI plugin, pod of a slice',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.member),
          baseline,
          budget,
        },
        {
          what: 'delay of a pod start by the CNI plugin, pod of no slice',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.other),
          baseline,
          budget,
        },
      ],
    };
  },
};
