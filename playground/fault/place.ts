import { Failure } from '../../src/values/failure.ts';
import { didYouMean } from '../../src/values/text/nearest.ts';
import { siteOf } from '../clusters/address-plan.ts';
import type { PlaygroundSpec } from '../clusters/spec.ts';
import { machinesOf } from '../machine/machines.ts';
import type { Fault } from './fault.ts';

/** One end of a fault: a whole site, or one machine of it. */
export interface Place {
  cluster: string;
  /** Underlay addresses in CIDR notation. */
  addresses: string;
}

/** A cluster or a machine by its name. @throws Failure `InvalidInput` with the existing names. */
export function placeOf(spec: PlaygroundSpec, name: string): Place {
  const cluster = spec.clusters.find((each) => each.name === name);
  if (cluster !== undefined) return { cluster: name, addresses: siteOf(spec.slot, cluster.index).subnet };
  const machine = machinesOf(spec).find((each) => each.name === name);
  if (machine !== undefined) return { cluster: machine.cluster, addresses: `${machine.address}/32` };
  const known = [...spec.clusters, ...machinesOf(spec)].map((each) => each.name);
  throw new Failure(
    'InvalidInput',
    `"${name}" is no cluster and no machine of this playground: it has ${known.join(', ')}.${didYouMean(name, known)}`,
  );
}

/** Both ends; they must be different places. */
export function placesBetween(spec: PlaygroundSpec, [a, b]: readonly [string, string]): readonly [Place, Place] {
  const places = [placeOf(spec, a), placeOf(spec, b)] as const;
  const nested = places[0].cluster === places[1].cluster && [a, b].includes(places[0].cluster);
  if (a !== b && !nested) return places;
  throw new Failure('InvalidInput', `A fault lies between two places that do not contain one another: "${a}" and "${b}" do.`);
}

/** Checks that a fault is possible, before anything changes. @throws Failure `InvalidInput`. */
export function checkFault(spec: PlaygroundSpec, fault: Fault): void {
  if (fault.kind === 'off' || fault.kind === 'held' || fault.kind === 'frozen') return;
  const [a, b] = placesBetween(spec, fault.between);
  if (fault.kind !== 'delay' || a.cluster !== b.cluster) return;
  throw new Failure('InvalidInput', 'Packets within a cluster are not routed and cannot be delayed: name places of two clusters.');
}
