import type { Break } from './break.ts';
import { agentDown } from './breaks/agent-down.ts';
import { clockOff } from './breaks/clock-off.ts';
import { cniNotChained } from './breaks/cni-not-chained.ts';
import { corednsPatchGone } from './breaks/coredns-patch-gone.ts';
import { credentialEnded } from './breaks/credential-ended.ts';
import { definitionMissing } from './breaks/definition-missing.ts';
import { dnsServiceAnew } from './breaks/dns-service-anew.ts';
import { firewall } from './breaks/firewall.ts';
import { fullDisk } from './breaks/full-disk.ts';
import { hubUnreachable } from './breaks/hub-unreachable.ts';
import { mtu1280 } from './breaks/mtu-1280.ts';
import { nameConflict } from './breaks/name-conflict.ts';
import { namespaceNotInSlice } from './breaks/namespace-not-in-slice.ts';
import { nodeOff } from './breaks/node-off.ts';
import { overlappingSubnets } from './breaks/overlapping-subnets.ts';
import { podsNotReady } from './breaks/pods-not-ready.ts';
import { routeRemoved } from './breaks/route-removed.ts';
import { rpFilter } from './breaks/rp-filter.ts';
import { serviceWithoutPods } from './breaks/service-without-pods.ts';
import { twoInstallations } from './breaks/two-installations.ts';
import { workerDown } from './breaks/worker-down.ts';
import { wrongKey } from './breaks/wrong-key.ts';
import { wrongPort } from './breaks/wrong-port.ts';
import { wrongSelector } from './breaks/wrong-selector.ts';

/** Every break of the exam, in the order in which they are made. */
export const breaks: readonly Break[] = [
  routeRemoved,
  wrongKey,
  mtu1280,
  rpFilter,
  firewall,
  corednsPatchGone,
  dnsServiceAnew,
  serviceWithoutPods,
  podsNotReady,
  wrongSelector,
  namespaceNotInSlice,
  wrongPort,
  clockOff,
  hubUnreachable,
  workerDown,
  agentDown,
  cniNotChained,
  nodeOff,
  overlappingSubnets,
  nameConflict,
  fullDisk,
  credentialEnded,
  definitionMissing,
  twoInstallations,
];
