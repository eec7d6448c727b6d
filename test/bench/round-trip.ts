import { distribution } from './figure.ts';
import type { Item } from './item.ts';
import type { Shell } from './shell.ts';
import { inPairs, openTunnels } from './tunnels.ts';

const median = (values: readonly number[]): number => distribution(values).p50;

/** Round trips between pods of two clusters, beside those through a bare tunnel between their nodes, while nothing else is sent. */
export const roundTrip: Item = {
  name: 'round-trip',
  title: 'Round-trip time',
  measure: async (bed) => {
    const {
      scene: { east, west },
      bare,
      notMeasured,
    } = await openTunnels(bed);
    const single = { ours: [] as number[], bare: [] as number[] };
    const block = async (from: Shell, address: string, all: number[]): Promise<number> => {
      const { stdout } = await from.run(`ping -n -i 0.01 -c 50 ${address}`);
      const times = [...stdout.matchAll(/time=([0-9.]+) ms/g)].map(([, time]) => Number(time));
      all.push(...times);
      return median(times);
    };
    const pairs = await inPairs(
      bed.rounds(30),
      () => block(west.inSlice, east.address, single.ours),
      () => block(west.onNode, bare.address, single.bare),
    );
    return {
      figures: [
        {
          what: 'round trip between pods of two clusters',
          unit: 'ms',
          better: 'lower',
          measured: distribution(single.ours),
          baseline: { what: `bare ${bare.driver} between the same nodes`, measured: distribution(single.bare) },
        },
        {
          what: 'as a multiple of the bare tunnel, medians of 50, pair by pair',
          unit: '×',
          better: 'lower',
          measured: distribution(pairs.map((pair) => pair.ours / pair.bare)),
        },
      ],
      notMeasured,
    };
  },
};
