import { availableParallelism } from 'node:os';
import { clusterKind, noticeKind, sliceKind } from '../../src/api/kinds.ts';
import { workerAccount } from '../../src/api/places.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { authorityFilesOf, type HubOfMember } from '../clusters/member.ts';
import { ensure, until } from '../e2e/until.ts';
import { type HubApi, startHubApi } from '../regression/hub-api.ts';
import { type Process, startProcess } from './processes/start-process.ts';
import { namespace, sliceName } from './simulated-member.ts';
import { slice } from './workload.ts';

/** What the members know together. */
interface Known {
  readonly nodes: number;
  /** How many peers each knows. */
  readonly peers: readonly number[];
}

/** How many members have an endpoint that is ready, one that is not, and none at all. */
interface Endpoints {
  readonly ready: number;
  readonly notReady: number;
  readonly none: number;
}

/**
 * Clusters that are simulated up to their edge: real workers and a real controller speak the real exchange on a real API server; the members' own
 * API servers are fakes, and nobody makes tunnels. The members run in as many processes as the machine has processors.
 */
export interface SimulatedFleet {
  readonly hub: HubApi;
  /** The process with the first member, which does what it is asked to. */
  readonly first: Process;
  endpoints(): Promise<Endpoints>;
  /** Resolves when every member knows every node that is in the slice, and nothing more is written to the hub. */
  settled(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Changes the namespaces of the slice beside its own. */
export const setNamespaces = ({ hub }: SimulatedFleet, more: readonly string[], signal: AbortSignal): Promise<unknown> =>
  hub.admin.mergePatch(
    sliceKind,
    { namespace: 'default', name: sliceName },
    { spec: { namespaceIsolationProfile: { allowedNamespaces: [namespace, ...more] } } },
    { signal },
  );

/** How a fleet is made. */
export interface FleetShape {
  readonly clusters: readonly string[];
  readonly nodes: number;
}

/** A fleet in which the slice's pods run on some nodes of each cluster only. */
export interface SimulatedFleetShape extends FleetShape {
  /** On how many of a cluster's nodes the slice has a pod. */
  readonly used: number;
}

/** Tells the hub with which certificate a cluster signs. */
export const register = (hub: HubApi, name: string, caBundle: string, signal: AbortSignal): Promise<unknown> =>
  hub.admin.mergePatch(clusterKind, { namespace: 'default', name }, { spec: { caBundle } }, { signal });

/** Where a hub is, and the token of an account there. */
export const hubFor = async (hub: HubApi, namespace: string, account: string): Promise<HubOfMember> => {
  const { server, ca = '' } = hub.api.connection;
  return { server, ca, token: await hub.tokenOf(namespace, account) };
};

/** Where a hub is, and the token of its controller. */
export const hubForController = (hub: HubApi): Promise<HubOfMember> => hubFor(hub, 'kubeslice-controller', 'kubeslice-controller');

/** Makes the slice over all clusters that are registered. */
export const applySlice = (hub: HubApi, signal: AbortSignal): Promise<unknown> =>
  hub.admin.apply(sliceKind, slice(sliceName, '172.16.0.0/12', [namespace]), { signal });

/** Resolves when nothing is written on the boards of a hub any more. */
export const untilQuiet = async (admin: Client, signal: AbortSignal): Promise<void> => {
  let before = '';
  await until(
    'nothing is written any more',
    async () => {
      const { items } = await admin.list(noticeKind, { signal });
      const now = items.map(({ metadata }) => `${metadata.name}=${metadata.resourceVersion}`).join();
      const isSame = now === before;
      before = now;
      ensure(isSame, 'notices change');
    },
    { withinMs: 300_000, everyMs: 5_000 },
  );
};

/** Starts a fleet with one slice over all of it. It is settled when every member knows every node that is in the slice. */
export const startSimulatedFleet = async ({ clusters, nodes, used }: SimulatedFleetShape, signal: AbortSignal): Promise<SimulatedFleet> => {
  const hub = await startHubApi(clusters, { signal });
  const stopping: (() => Promise<unknown>)[] = [() => hub.stop()];
  const start = (script: string, settings: object): Process => {
    const one = startProcess(script, { settings, signal });
    stopping.push(() => one.stop());
    return one;
  };
  const stop = async (): Promise<void> => {
    for (const end of stopping.toReversed()) await end();
  };
  try {
    start('controller', await hubForController(hub));
    const members: object[] = [];
    for (const name of clusters) {
      const authority = await authorityFilesOf(name);
      await register(hub, name, authority.certificate, signal);
      members.push({ name, hub: await hubFor(hub, 'default', workerAccount(name)), authority });
    }
    const count = Math.min(clusters.length, availableParallelism());
    const share = Math.ceil(members.length / count);
    const groups = Array.from({ length: count }, (_, index) =>
      start('members', { nodes, used, members: members.slice(index * share, (index + 1) * share) }),
    );
    const [first] = groups;
    if (first === undefined) throw new Error('a fleet has members');
    await applySlice(hub, signal);
    return {
      hub,
      first,
      stop,
      endpoints: async () => {
        const all = await Promise.all(groups.map((group) => group.ask<Endpoints>('endpoints')));
        const sum = (of: keyof Endpoints): number => all.reduce((total, each) => total + each[of], 0);
        return { ready: sum('ready'), notReady: sum('notReady'), none: sum('none') };
      },
      settled: async (during) => {
        await until(
          'every member knows every node',
          async () => {
            during.throwIfAborted();
            const known = await Promise.all(groups.map((group) => group.ask<Known>('known')));
            const all = known.reduce((sum, each) => sum + each.nodes, 0);
            const peers = known.flatMap((each) => each.peers);
            const least = Math.min(...peers);
            ensure(all >= clusters.length * used && peers.every((each) => each === all), `of ${all} nodes each knows ${least} at least`);
          },
          { withinMs: 480_000, everyMs: 1_000 },
        );
        await untilQuiet(hub.admin, during);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
