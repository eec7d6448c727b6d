import { dnsRate } from '../../test/bench/dns-rate.ts';
import { endpointChange } from '../../test/bench/endpoint-change.ts';
import { exportEndpoint } from '../../test/bench/export-endpoint.ts';
import { firstAnswer } from '../../test/bench/first-answer.ts';
import { firstPacket } from '../../test/bench/first-packet.ts';
import { fleetSizes } from '../../test/bench/fleet-sizes.ts';
import { floodingMember } from '../../test/bench/flooding-member.ts';
import { hubEvents } from '../../test/bench/hub-events.ts';
import { idle } from '../../test/bench/idle.ts';
import type { Item, LoneItem } from '../../test/bench/item.ts';
import { liveAttach } from '../../test/bench/live-attach.ts';
import { nodeJoins, nodeJoinsWithoutHub } from '../../test/bench/node-joins.ts';
import { podStart } from '../../test/bench/pod-start.ts';
import { roundTrip } from '../../test/bench/round-trip.ts';
import { throughput } from '../../test/bench/throughput.ts';

/** Everything that `npm run bench` measures, in the order in which it does: what is at rest before traffic, which makes tunnels grow. */
export const items: readonly (Item | LoneItem)[] = [
  idle,
  throughput,
  roundTrip,
  firstPacket,
  exportEndpoint,
  firstAnswer,
  endpointChange,
  liveAttach,
  podStart,
  nodeJoins,
  nodeJoinsWithoutHub,
  dnsRate,
  hubEvents,
  fleetSizes,
  floodingMember,
];
