import { distribution, type Figure } from './figure.ts';
import { tunnelMemory } from './idle.ts';
import type { Item } from './item.ts';
import type { Shell } from './shell.ts';
import { inPairs, openTunnels } from './tunnels.ts';

interface IperfReport {
  readonly end: { readonly sum_received: { readonly bits_per_second: number } };
}

/** TCP between pods of two clusters, beside TCP through a bare tunnel between their nodes. */
export const throughput: Item = {
  name: 'throughput',
  title: 'TCP throughput',
  measure: async (bed) => {
    const {
      scene: { east, west },
      bare,
      notMeasured,
    } = await openTunnels(bed);
    // A server for each path: in the pod, and on the node's own network.
    await east.inSlice.run(`iperf3 -s -D -B ${east.address}`);
    await east.onNode.run(`iperf3 -s -D -B ${bare.address}`);
    const seconds = bed.quick ? 1 : 2;
    const gigabits = async (from: Shell, address: string): Promise<number> => {
      // The first second is left out: TCP looks for its window.
      const { stdout } = await from.run(`iperf3 -c ${address} -t ${seconds} -O 1 -J`);
      const report: IperfReport = JSON.parse(stdout);
      return report.end.sum_received.bits_per_second / 1e9;
    };
    const pairs = await inPairs(
      bed.rounds(30),
      () => gigabits(west.inSlice, east.address),
      () => gigabits(west.onNode, bare.address),
    );
    // As many streams as make it use memory up to its limit.
    await west.inSlice.run(`iperf3 -c ${east.address} -t ${bed.quick ? 1 : 10} -P 64`);
    const memory: Figure = {
      what: 'wireguard-go: resident memory after all that, and 64 streams at once, with its limit of 128 MiB',
      unit: 'MiB',
      better: 'lower',
      measured: distribution(await tunnelMemory(bed)),
    };
    const ratios = pairs.map((pair) => pair.ours / pair.bare);
    return {
      figures: [
        {
          what: 'TCP between pods of two clusters',
          unit: 'Gb/s',
          better: 'higher',
          measured: distribution(
            pairs.map((pair) => pair.ours),
            'higher',
          ),
          baseline: {
            what: `bare ${bare.driver}${bare.driver === 'WireGuardUserspace' ? ', its memory not limited,' : ''} between the same nodes`,
            measured: distribution(
              pairs.map((pair) => pair.bare),
              'higher',
            ),
          },
        },
        {
          what: 'share of the bare tunnel, pair by pair',
          unit: '×',
          better: 'higher',
          measured: distribution(ratios, 'higher'),
          budget: [{ of: 'p50', limit: 0.95 }],
        },
        ...(bare.driver === 'WireGuardUserspace' ? [memory] : []),
      ],
      notMeasured,
    };
  },
};
