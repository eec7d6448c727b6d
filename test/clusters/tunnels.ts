import type { Heads } from '../../src/exchange/notice/heads.ts';
import type { NoticePage } from '../../src/exchange/notice/notice-page.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { fieldManager } from '../../src/reconcile/member/cluster/local-world.ts';
import type { WorkerOptions } from '../../src/reconcile/member/lead.ts';
import { OfferedNotices } from '../../src/reconcile/node/exchange/offered-notices.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import type { Clock } from '../../src/values/clock.ts';
import { Failure } from '../../src/values/failure.ts';
import type { Member } from './member.ts';

/** Ways from member to member without a hub: what agents offer is read from the API server of the other member. */
export const startTunnels = (members: ReadonlyMap<string, Member>, clock: Clock) => {
  const offered = new Map<Member, OfferedNotices>();
  const clients: { close: () => void }[] = [];
  const isCut = new Set<string>();
  const lies = new Map<string, (after: number) => NoticePage>();
  const summaryLies = new Map<string, (after: number) => Heads>();
  const closed = new Set<number>();
  const summaries = new Map<string, number>();

  const offeredBy = (from: string, cluster: string, slice: string): OfferedNotices => {
    const member = members.get(cluster);
    if (member === undefined || isCut.has(from) || isCut.has(cluster)) throw new Failure('Unavailable', `No tunnel leads to ${cluster}.`);
    const known = offered.get(member);
    if (known !== undefined) return known;
    const client = createClient(member.api.connection, { fieldManager });
    clients.push(client);
    const made = new OfferedNotices({ client, slice, cluster, clock, log: quietLog });
    offered.set(member, made);
    return made;
  };

  return {
    /** How the worker of a member asks. */
    asks: (from: string): Required<Pick<WorkerOptions, 'ask' | 'askHeads' | 'askListeners'>> => ({
      ask: async (_, { slice, cluster, after, waitMs }, signal) =>
        lies.get(cluster)?.(after) ?? offeredBy(from, cluster, slice).page(after, waitMs, signal),
      askHeads: async (_, { slice, cluster, after, waitMs }, signal) => {
        summaries.set(from, (summaries.get(from) ?? 0) + 1);
        const notices = offeredBy(from, cluster, slice);
        return summaryLies.get(cluster)?.(after) ?? notices.heads(after, waitMs, signal);
      },
      askListeners: async (_, { pods }) => ({
        pods: pods.map(({ address, ports }) => ({ address, closed: ports.filter((port) => closed.has(port)) })),
      }),
    }),
    /** For how many summaries a member has asked. */
    asked: (name: string): number => summaries.get(name) ?? 0,
    /** Lets nobody listen on a port, in any pod; the returned function lets everybody do so again. */
    closePort: (port: number): (() => void) => {
      closed.add(port);
      return () => void closed.delete(port);
    },
    /** Lets a member answer with pages of its own making. */
    lie: (name: string, page: (after: number) => NoticePage, heads?: (after: number) => Heads): void => {
      lies.set(name, page);
      if (heads !== undefined) summaryLies.set(name, heads);
    },
    cut: (name: string): (() => void) => {
      isCut.add(name);
      return () => void isCut.delete(name);
    },
    stop: (): void => {
      for (const one of offered.values()) one.stop();
      for (const client of clients) client.close();
    },
  };
};

/** Ways from member to member. */
export type Tunnels = ReturnType<typeof startTunnels>;
