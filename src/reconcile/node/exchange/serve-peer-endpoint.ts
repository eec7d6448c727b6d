import type { Run } from '../../../host/run.ts';
import type { Client } from '../../../kubernetes/port.ts';
import type { PodAttachment } from '../../../plan/facts/slice-network.ts';
import type { KnownPeer } from '../../../plan/tunnels/peer-routers.ts';
import type { Listening } from '../../../serving/listen.ts';
import type { Log } from '../../../telemetry/log.ts';
import { type Clock, sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { LinkWatch } from '../link-watch.ts';
import type { NodeAgent } from '../node-agent.ts';
import type { AgentSettings } from '../settings.ts';
import { askRouter } from './ask-router.ts';
import { type Answer, serveJson } from './json-server.ts';
import { createListenerEndpoint } from './listener-endpoint.ts';
import { createPeerEndpoint } from './peer-endpoint.ts';
import type { PeerExchange } from './peer-exchange.ts';
import { createWorkerGuard } from './worker-guard.ts';

/** What the peer endpoint of a running agent works with. */
export interface RunningPeerEndpointParts {
  readonly client: Client;
  readonly agent: Pick<NodeAgent, 'last'>;
  readonly links: Pick<LinkWatch, 'links'>;
  readonly exchange: Pick<PeerExchange, 'sockets'>;
  readonly run: Run;
  readonly clock: Clock;
  readonly log: Log;
}

/** The interval of retries to listen, in milliseconds. */
const againMs = 10_000;

/** Serves this cluster's worker on the node's own address until the signal aborts. While the address is in use it retries. */
export const servePeerEndpoint = async (
  { host, port }: AgentSettings['peerEndpoint'],
  parts: RunningPeerEndpointParts,
  signal: AbortSignal,
): Promise<void> => {
  const { client, agent, links, exchange, run, clock, log } = parts;
  if (host === undefined) {
    log.warn(
      'HOST_IP is not set: the worker cannot request notices of other clusters here while the hub is unreachable, nor check listeners of pods',
    );
    return;
  }
  const guard = createWorkerGuard(client, clock, signal);
  const notices = createPeerEndpoint({
    guard,
    peers: (slice) => peersOf(agent, links, slice),
    clock,
    ask: (router, asked, askSignal) => askRouter(exchange.sockets(asked.slice).dial, router, asked, clock, askSignal),
  });
  const listeners = createListenerEndpoint({ guard, pods: (slice) => attachedOf(agent, slice), run, clock, log });
  const endpoint: Answer = (asked, askSignal) => (asked.path.startsWith('/v1/listeners/') ? listeners : notices)(asked, askSignal);
  let server: Listening | undefined;
  while (!signal.aborted && server === undefined) {
    try {
      server = await serveJson({ host, port }, endpoint);
    } catch (error) {
      log.error('the worker cannot request notices of other clusters here', { error });
      await sleep(clock, againMs, signal).catch(interrupted);
    }
  }
  await aborted(signal);
  await server?.stop();
};

const peersOf = (agent: Pick<NodeAgent, 'last'>, links: Pick<LinkWatch, 'links'>, slice: string): KnownPeer[] => {
  const network = agent.last?.plan.networks.find((one) => one.slice === slice);
  const states = links.links(slice);
  return (network?.peers ?? []).map(({ name, router }) => ({
    cluster: name.slice(0, name.indexOf('/')),
    router,
    link: states.get(name)?.state,
  }));
};

const attachedOf = ({ last }: Pick<NodeAgent, 'last'>, slice: string): PodAttachment[] => {
  const attached = last?.outcome.attached.get(slice);
  const network = last?.plan.networks.find((one) => one.slice === slice);
  return (network?.pods ?? []).filter(({ uid }) => attached?.has(uid) === true);
};

const interrupted = (error: unknown): void => {
  if (!Failure.is(error, 'Interrupted')) throw error;
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
