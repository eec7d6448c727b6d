import { readFile } from 'node:fs/promises';
import { agentTokenPath } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { createEvents, type Events } from '../../kubernetes/events.ts';
import { createController } from '../../loop/controller.ts';
import { periodically } from '../../loop/periodic.ts';
import { planHubVerdict } from '../../plan/board/hub-verdict.ts';
import { measureMember } from '../../plan/measures/member.ts';
import { measureLimits } from '../../plan/measures/slice.ts';
import { servedVerdicts } from '../../plan/slices/policies-served.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { peerEndpointPort } from '../../values/ports.ts';
import { publishTransitions } from '../publish-transitions.ts';
import { clusterDns, createClusterDnsState } from './cluster/cluster-dns.ts';
import { fieldManager, type LocalWorld, mirrorsOf, observeGrants } from './cluster/local-world.ts';
import { checkNames } from './cluster/names-check.ts';
import { createSpreadDns, spreadMs } from './cluster/spread-dns.ts';
import { readAuthority } from './hub/authority.ts';
import { type ConnectionReport, openConnectionReport } from './hub/connection-report.ts';
import { openHub } from './hub/hub.ts';
import { createHubMeasures } from './hub/hub-measures.ts';
import { heartbeatMs, reportedHeartbeat, reportFacts, reportLostHub } from './hub/registration.ts';
import { followMcs } from './mcs/follow.ts';
import { followProperties } from './mcs/properties.ts';
import {
  type AskAgent,
  type AskAgentParts,
  type AskHeads,
  type AskListeners,
  createAskAgent,
  createAskHeads,
  createAskListeners,
} from './peers/ask-agent.ts';
import { strayExports } from './publish/stray-exports.ts';
import { strayReport } from './publish/stray-report.ts';
import { publishDefaults } from './publish-defaults.ts';
import { openTrust } from './receive/trust.ts';
import { ownerPolicies } from './services/owner-policies.ts';
import { sessions } from './slice/sessions.ts';

/** How often the facts about the cluster are compared with those on the hub, in milliseconds. */
const factsMs = 60_000;

/** How long a worker without a usable credential waits before it tries again, in milliseconds. */
const unjoinedMs = 5_000;

/** The leading instance and its options. */
export interface WorkerOptions {
  readonly version: string;
  /** Name of this instance, for events. */
  readonly instance: string;
  /** Lifetime in seconds of the hub credentials that it requests. */
  readonly credentialSeconds: number;
  /** Wraps a client so that it writes nothing once another instance may lead. */
  readonly fenced: (client: Client) => Client;
  /** How to request notices, summaries and listeners from agents, if not over the network of the nodes. */
  readonly ask?: AskAgent;
  readonly askHeads?: AskHeads;
  readonly askListeners?: AskListeners;
}

/** The credentials of a joined cluster; waits until they exist, because a worker that exits would only be restarted. */
const openJoined = async (
  { client, log, metrics }: LocalWorld,
  clock: Clock,
  { credentialSeconds, fenced }: WorkerOptions,
  connection: ConnectionReport,
  events: Events,
  signal: AbortSignal,
) => {
  for (;;) {
    try {
      const hub = await openHub({ local: client, metrics, log, clock, credentialSeconds, fenced }, signal);
      return { hub, authority: await readAuthority(client, hub, signal), trust: await openTrust(client, events, signal) };
    } catch (error) {
      if (signal.aborted) throw error;
      log.error('this cluster cannot use its credential for the hub', { error: Failure.from(error) });
      await connection.set(planHubVerdict('', error, 'unjoined'), signal);
      await sleep(clock, unjoinedMs, signal);
    }
  }
};

/** Requests to agents use the token that the kubelet renews for this pod. */
const agents: AskAgentParts = {
  fetch,
  port: peerEndpointPort,
  token: async (signal) => (await readFile(agentTokenPath, { encoding: 'utf8', signal })).trim(),
};

/** Does the worker's work until the signal aborts, as this instance of this version. The mirrors of the local world must be running. */
export const leadWorker = async (local: LocalWorld, options: WorkerOptions, clock: Clock, signal: AbortSignal): Promise<void> => {
  const { client, log, metrics } = local;
  const { version, instance, ask = createAskAgent(agents), askHeads = createAskHeads(agents) } = options;
  const { askListeners = createAskListeners(agents) } = options;
  await Promise.all(mirrorsOf(local).map((mirror) => mirror.synced(signal)));
  const connection = await openConnectionReport(local, clock, signal);
  const contact = createHubMeasures(clock);
  const sources = [
    metrics.measure(() => measureMember(local.slices.list(), local.exports.list(), local.imports.list())),
    metrics.measure(() => ({ ...contact.now(), budgetLimit: measureLimits() })),
  ];
  signal.addEventListener('abort', () => sources.forEach((stop) => stop()), { once: true });
  const events = createEvents({ client, component: fieldManager, instance, signal, log, clock });
  publishDefaults(local.slices, events, signal);
  const { hub, authority, trust } = await openJoined(local, clock, options, connection, events, signal);
  const beatNow = (during: AbortSignal): Promise<void> => reportedHeartbeat(hub, connection, clock, during);
  const memberships = observeGrants(hub, log, metrics, (change, why) => {
    // The next heartbeat would detect it up to ten seconds later.
    const shown = change === 'found' ? beatNow(signal) : reportLostHub(hub, connection, why, clock, signal);
    shown.catch((error: unknown) => log.debug('contact with the hub could not be reported', { error }));
  });
  contact.follow(memberships, hub);
  const stopServing = local.accessPolicies.serving.subscribe((served) => {
    const before = connection.latest('PoliciesServed');
    const verdicts = servedVerdicts('member', served, before === undefined ? undefined : [before]);
    // The report logs what it cannot write, and writes it with its next condition.
    for (const verdict of verdicts) connection.set(verdict, signal).catch(() => undefined);
  });
  signal.addEventListener('abort', stopServing, { once: true });
  publishTransitions([local.slices, local.exports, local.imports], events, signal);
  const dnsState = createClusterDnsState();
  const report = (during: AbortSignal): Promise<void> =>
    reportFacts(hub, local, { version, names: connection.latest('NamesWired') }, during);
  const controllers = [
    sessions({ hub, local, authority, trust, clock, connection, ask, askHeads, askListeners }, local, memberships)(signal),
    strayReport(hub, local, clock),
    strayExports(local, memberships, connection, clock),
    clusterDns(local, dnsState),
    ownerPolicies(local, clock),
  ];
  await Promise.all([
    memberships.run(signal),
    ...controllers.map((one) => createController({ ...one, log, metrics }).run(signal)),
    followMcs(local, clock, signal),
    followProperties(local, { identity: hub, connection, clock }, signal),
    periodically({ name: 'heartbeat', everyMs: heartbeatMs, task: beatNow, signal, log }),
    periodically({ name: 'cluster-facts', everyMs: factsMs, task: report, signal, log }),
    periodically({ name: 'spread-dns', everyMs: spreadMs, task: createSpreadDns(local, clock), signal, log }),
    checkNames(local, { state: dnsState, report: connection, changed: report }, clock, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  ]);
  hub.client.close();
};
