import { wireguardDrivers } from '../../src/values/tunnel-driver.ts';
import { type BareTunnel, makeBareTunnel } from './bare-tunnel.ts';
import type { Bed } from './bed.ts';
import type { Findings } from './figure.ts';
import type { Scene } from './scene.ts';

/** Both ways from node to node: the slice's, and a bare one. */
export interface Tunnels {
  readonly scene: Scene;
  readonly bare: BareTunnel;
  /** The drivers that these nodes do not use. */
  readonly notMeasured: NonNullable<Findings['notMeasured']>;
}

/** Makes the bare tunnel beside the slice's, once. */
export const openTunnels = (bed: Bed): Promise<Tunnels> =>
  bed.once('tunnels', async () => {
    const scene = await bed.scene();
    const bare = await makeBareTunnel(bed, scene);
    const status = scene.sliceNodes.list().find(({ spec }) => spec.slice === scene.slice && spec.node === scene.east.node)?.status;
    const why = status?.driverReason ?? 'the nodes chose another driver';
    return {
      scene,
      bare,
      notMeasured: wireguardDrivers.filter((driver) => driver !== bare.driver).map((driver) => ({ what: `driver ${driver}`, why })),
    };
  });

/** One measurement through the slice and one through the bare tunnel, right after one another. */
export interface Pair {
  readonly ours: number;
  readonly bare: number;
}

/** Measures in turns, the order swapped each time, so that what else the machine does meets both alike. */
export const inPairs = async (rounds: number, ours: () => Promise<number>, bare: () => Promise<number>): Promise<Pair[]> => {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      const first = await ours();
      pairs.push({ ours: first, bare: await bare() });
    } else {
      const first = await bare();
      pairs.push({ bare: first, ours: await ours() });
    }
  }
  return pairs;
};
