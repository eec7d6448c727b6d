import { workerAccount } from '../../src/api/places.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { fixedToken } from '../../src/kubernetes/credentials/token-source.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import { authorityFilesOf } from '../clusters/member.ts';
import { ensure, until } from '../e2e/until.ts';
import { type HubApi, startHubApi } from '../regression/hub-api.ts';
import { type Process, startProcess } from './processes/start-process.ts';
import { applySlice, type FleetShape, hubFor, hubForController, register, untilQuiet } from './simulated-fleet.ts';

/** A member whose API server and worker are a process each. */
export interface MemberOfProcesses {
  readonly name: string;
  readonly api: Process;
  readonly worker: Process;
  /** Reads and writes what the member's API server has. */
  readonly client: Client;
}

/**
 * The same as a simulated fleet, but the hub's API server, its controller, and the API server and the worker of each member are processes of their own, as
 * they are in a real one: none waits for what another computes.
 */
export interface FleetOfProcesses {
  readonly hub: HubApi;
  readonly controller: Process;
  readonly members: readonly MemberOfProcesses[];
  /** Resolves when every member knows every node of the slice, and nothing more is written to the hub. */
  settled(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** How such a fleet is made. */
export interface ProcessFleetShape extends FleetShape {
  /** Clusters that are registered and members of the slice, and whose worker does not run here, with the certificates of their authorities. */
  readonly guests: ReadonlyMap<string, string>;
}

/** Starts one with one slice over all of it. */
export const startFleetOfProcesses = async (
  { clusters, nodes, guests }: ProcessFleetShape,
  signal: AbortSignal,
): Promise<FleetOfProcesses> => {
  const hub = await startHubApi([...clusters, ...guests.keys()], { signal });
  const stopping: (() => Promise<unknown>)[] = [() => hub.stop()];
  const start = (script: string, settings: object): Process => {
    const one = startProcess(script, { settings, signal });
    stopping.push(() => one.stop());
    return one;
  };
  const startMember = async (name: string): Promise<MemberOfProcesses> => {
    const authority = await authorityFilesOf(name);
    await register(hub, name, authority.certificate, signal);
    const api = start('member-api', { hub: await hubFor(hub, 'default', workerAccount(name)), authority, name, nodes });
    const server = await api.ask<string>('address');
    const client = createClient({ server, credential: { kind: 'token', token: fixedToken('valid') } }, { fieldManager: 'bench' });
    stopping.push(async () => client.close());
    return { name, api, worker: start('member-worker', { server }), client };
  };
  const stop = async (): Promise<void> => {
    for (const end of stopping.toReversed()) await end();
  };
  try {
    const controller = start('controller', await hubForController(hub));
    for (const [name, certificate] of guests) await register(hub, name, certificate, signal);
    const members: MemberOfProcesses[] = [];
    for (const name of clusters) members.push(await startMember(name));
    await applySlice(hub, signal);
    return {
      hub,
      controller,
      members,
      stop,
      settled: async (during) => {
        await until(
          'every member knows every node',
          async () => {
            for (const { api, name } of members) {
              const { peers } = await api.ask<{ readonly peers: number }>('known');
              ensure(peers >= clusters.length * nodes, `${name} knows ${peers}`);
            }
          },
          { withinMs: 120_000, everyMs: 500 },
        );
        await untilQuiet(hub.admin, during);
        await sleep(systemClock, 3_000, during);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
