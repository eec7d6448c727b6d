import { conditionOf } from '../../../api/condition.ts';
import type { ExportEndpoint } from '../../../exchange/statement/export.ts';
import { takesConnections } from '../../../exchange/statement/takes-connections.ts';
import type { Again } from '../../../loop/controller.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';
import { watching } from '../../../loop/watching.ts';
import type { ListenerAnswer, PodPorts } from '../../../plan/listeners/question.ts';
import {
  afterAnswer,
  dueQuestion,
  newPort,
  nextQuestionMs,
  type PortState,
  pausesAfter,
  unwatchable,
  type WatchedPort,
  withoutAnswer,
} from '../../../plan/listeners/watched-port.ts';
import type { Random } from '../../../values/backoff.ts';
import { objectKey } from '../../../values/object-key.ts';
import type { AskListeners } from '../peers/ask-agent.ts';
import { exportOf, ownBody } from '../publish/own-exports.ts';
import type { Session } from '../session/session.ts';

/** The parts of a session that watching listeners needs. */
export type ListenerSession = Pick<Session, 'slice' | 'ledger' | 'statements' | 'clock' | 'pods'> & {
  readonly hub: Pick<Session['hub'], 'cluster'>;
  readonly local: {
    readonly nodes: Pick<Session['local']['nodes'], 'get'>;
    readonly exports: Pick<Session['local']['exports'], 'get'>;
    readonly log: Pick<Session['local']['log'], 'debug'>;
  };
};

/** How requests to agents are sent. */
export interface ListenerWatchParts {
  readonly ask: AskListeners;
  readonly random: Random;
}

/** A target port of exports in a pod. */
interface Entry {
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly exports: Set<string>;
  watched: WatchedPort;
}

/** Longest wait for an agent's answer, in milliseconds. */
const answerWithinMs = 5_000;
/** Maximum number of nodes that get a request at the same time. */
const nodesAtOnce = 16;

const keyOf = (address: string, port: number): string => `${address} ${port}`;

/**
 * Knows on which target TCP ports of exports a program listens. It asks the agent of a pod's node soon after a port was added, once a minute at rest,
 * and often while something is wrong. Agents that do not answer change nothing. Emits the exports (namespace/name) whose status changes.
 *
 * `controller` sends the requests; its key is the node.
 */
export const createListenerWatch = (session: ListenerSession, { ask, random }: ListenerWatchParts) => {
  const { slice, clock, local, hub, statements } = session;
  const byNode = new Map<string, Map<string, Entry>>();
  const byExport = new Map<string, ReadonlySet<Entry>>();
  const { emit, subscribe } = createEmitter<string>();

  const entryOf = (node: string, address: string, port: number, isWatchable: boolean): Entry => {
    const entries = byNode.get(node) ?? new Map<string, Entry>();
    byNode.set(node, entries);
    const key = keyOf(address, port);
    const entry = entries.get(key) ?? {
      node,
      address,
      port,
      exports: new Set<string>(),
      watched: isWatchable ? newPort(clock.monotonic()) : unwatchable,
    };
    entries.set(key, entry);
    return entry;
  };
  const drop = ({ node, address, port }: Entry): void => {
    const entries = byNode.get(node);
    entries?.delete(keyOf(address, port));
    if (entries?.size === 0) byNode.delete(node);
  };

  /** A runtime with a kernel of its own may keep the sockets of a pod there, invisible to the node. */
  const isWatchable = (namespace: string, pod: string): boolean =>
    session.pods(namespace)?.get(objectKey({ namespace, name: pod }))?.spec?.runtimeClassName === undefined;

  /** Updates a published export; returns the nodes with more ports to ask about. */
  const follow = (subject: string): Set<string> => {
    const body = ownBody(session, subject);
    const entries = new Set<Entry>();
    const nodes = new Set<string>();
    for (const endpoint of body?.endpoints.filter(takesConnections) ?? []) {
      for (const [index, { protocol, targetPort }] of (body?.ports ?? []).entries()) {
        if (protocol !== 'TCP') continue;
        const port = endpoint.targetPorts?.[index] ?? targetPort;
        for (const address of endpoint.addresses) {
          const entry = entryOf(endpoint.node, address, port, isWatchable(body?.namespace ?? '', endpoint.pod));
          if (entry.watched.state === 'new') nodes.add(endpoint.node);
          entry.exports.add(subject);
          entries.add(entry);
        }
      }
    }
    for (const entry of byExport.get(subject) ?? []) {
      if (entries.has(entry)) continue;
      entry.exports.delete(subject);
      if (entry.exports.size === 0) drop(entry);
    }
    if (entries.size === 0) byExport.delete(subject);
    else byExport.set(subject, entries);
    return nodes;
  };

  /**
   * Whether the status of an export changes. At a start each port gets its first state, which alone must not cause all exports to be judged again.
   */
  const changes = (subject: string, before: PortState, after: PortState): boolean =>
    before !== after &&
    (before === 'closed' ||
      after === 'closed' ||
      conditionOf(local.exports.get(subject)?.status?.conditions, 'Ready')?.reason === 'NothingListens');

  const take = (node: string, asked: readonly PodPorts[], answer: ListenerAnswer | undefined): void => {
    const now = clock.monotonic();
    const answered = new Map(answer?.pods.map(({ address, closed }) => [address, new Set(closed)]));
    const pauses = pausesAfter(
      [...answered.values()].reduce((sum, { size }) => sum + size, 0),
      random,
    );
    const concerned = new Set<string>();
    for (const { address, ports } of asked) {
      const closed = answered.get(address);
      for (const port of ports) {
        const entry = byNode.get(node)?.get(keyOf(address, port));
        if (entry === undefined) continue;
        const before = entry.watched.state;
        entry.watched =
          closed === undefined ? withoutAnswer(entry.watched, now) : afterAnswer(entry.watched, closed.has(port), now, pauses);
        for (const subject of entry.exports) if (changes(subject, before, entry.watched.state)) concerned.add(subject);
      }
    }
    for (const subject of concerned) emit(subject);
  };

  const question = async (node: string, pods: readonly PodPorts[], signal: AbortSignal): Promise<ListenerAnswer | undefined> => {
    const { addresses, conditions } = local.nodes.get(node)?.status ?? {};
    const address = addresses?.find(({ type }) => type === 'InternalIP')?.address;
    const isOff = conditions?.some(({ type, status }) => type === 'Ready' && status !== 'True') === true;
    if (address === undefined || isOff) return undefined;
    const late = new AbortController();
    const cancel = clock.after(answerWithinMs, () => late.abort());
    try {
      return await ask(address, { slice, pods }, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (signal.aborted) throw error;
      local.log.debug('a node does not report the listeners of its pods', { node, error });
      return undefined;
    } finally {
      cancel();
    }
  };

  return {
    subscribe,
    /** The state of a port of an endpoint. One that no statement has named yet is new. */
    portState: ({ node, addresses: [address = ''] }: ExportEndpoint, port: number): PortState =>
      byNode.get(node)?.get(keyOf(address, port))?.watched.state ?? 'new',
    controller: {
      name: 'listeners',
      concurrency: nodesAtOnce,
      watches: [
        watching(statements, ({ kind, cluster, subject }) =>
          cluster === hub.cluster && (kind === 'Export' || kind === 'Endpoints') ? follow(exportOf({ kind, subject })) : [],
        ),
      ],
      reconcile: async (node: string, signal: AbortSignal): Promise<Again | undefined> => {
        const entries = () => byNode.get(node)?.values() ?? [];
        const asked = dueQuestion(entries(), clock.monotonic());
        if (asked.length > 0) take(node, asked, await question(node, asked, signal));
        const againMs = nextQuestionMs(entries(), clock.monotonic());
        return againMs === undefined ? undefined : { againMs };
      },
    },
  };
};

/** The known listeners. */
export type ListenerWatch = Source<string> & Pick<ReturnType<typeof createListenerWatch>, 'portState'>;
