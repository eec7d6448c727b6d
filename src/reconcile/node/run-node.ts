import { memberNamespace } from '../../api/places.ts';
import { Launcher } from '../../host/launcher.ts';
import { NamespaceMonitor } from '../../kernel/monitor.ts';
import type { Scope } from '../../kernel/port.ts';
import { tunnelMtu } from '../../kernel/tunnel/underlay.ts';
import type { Client } from '../../kubernetes/client.ts';
import { createController } from '../../loop/controller.ts';
import { watching } from '../../loop/watching.ts';
import { ownCluster } from '../../plan/facts/own-cluster.ts';
import { nodeTrouble, reportsTrouble } from '../../plan/node/node-trouble.ts';
import { renewAfterMs } from '../../plan/tunnels/handshake-renewal.ts';
import { startHealth } from '../../serving/health.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Clock } from '../../values/clock.ts';
import { answerCni } from './cni/answer-cni.ts';
import { keepChained } from './cni/cni-conf.ts';
import { serveCni } from './cni/cni-server.ts';
import { installPlugin, installTunnelProgram, joinControlSockets, proberProgram } from './cni/host-files.ts';
import { PodNetns } from './cni/pod-netns.ts';
import { SliceSubnetsFile } from './cni/slice-subnets-file.ts';
import { dialRouter } from './exchange/ask-router.ts';
import { PeerExchange } from './exchange/peer-exchange.ts';
import { servePeerEndpoint } from './exchange/serve-peer-endpoint.ts';
import { identityKeyFile, openNodeIdentity } from './identity/node-identity.ts';
import { PeerVerification } from './identity/peer-verification.ts';
import { kernelOfNode } from './kernel-of-node.ts';
import { afterLastVotes } from './last-votes.ts';
import { LinkWatch } from './link-watch.ts';
import { NodeAgent } from './node-agent.ts';
import { nodeServices } from './node-services.ts';
import { Publisher } from './publisher.ts';
import { ResyncPace } from './resync-pace.ts';
import { type AgentSettings, cniSocket, launcherProgram, peerKeysDirectory, relayDirectory, relayProgram } from './settings.ts';
import { Steps } from './step-signal.ts';
import { DiskSecrets } from './stored/disk-secrets.ts';
import { SnapshotFile } from './stored/snapshot-file.ts';
import { TunnelKeys } from './tunnel-keys.ts';
import { createTunnelMeasures } from './tunnel-measures.ts';
import { UnmanagedState } from './unmanaged-state.ts';
import { observeNode } from './world.ts';

/** The interval at which every slice is reconciled without a known change. */
const resyncMs = 10_000;

/** Key of a complete reconcile of one slice; slice names have no slash. */
const keyOfSlice = (slice: string): string => `slice/${slice}`;
const scopeOf = (key: string): Scope => (key === 'everything' || key === 'changes' ? key : { slice: key.slice(keyOfSlice('').length) });

/** The inputs of a node's reconcilers. */
export interface NodeParts {
  readonly client: Client;
  readonly settings: AgentSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Keeps the slices of a node in the kernel, attaches its pods, watches its links and publishes the result, until `ending` aborts and the last votes of
 * this node are published. What it created continues to work afterwards.
 */
export const runNode = async ({ client, settings, clock, log, metrics }: NodeParts, ending: AbortSignal): Promise<void> => {
  await joinControlSockets();
  const launcher = new Launcher(launcherProgram(settings));
  const { run } = launcher;
  const kernel = kernelOfNode(settings, await installTunnelProgram(settings), run);
  const verification = new PeerVerification({ settings, clock, log, onReady: () => node.enqueue('changes', { priority: 'high' }) });
  const world = observeNode(client, settings.node, verification, clock, log, metrics);
  const snapshotFile = new SnapshotFile(settings, log);
  const snapshot = await snapshotFile.load(settings.node);
  const identity = await openNodeIdentity(settings, log);
  const keys = new TunnelKeys(settings, log);
  const steps = new Steps();
  const linkChanges = new Steps();
  const clusterIn = (slice: string): string | undefined => ownCluster(world.slices.get(`${memberNamespace}/${slice}`));
  const binding =
    settings.bindKeys !== false
      ? await (await import('./binding/key-binding.ts')).KeyBinding.open({
          node: settings.node,
          isRequired: settings.bindKeys === 'required',
          key: identity.key,
          directory: peerKeysDirectory(settings),
          disk: new DiskSecrets(
            settings,
            { folder: 'peer-keys', lost: 'after a reboot the other nodes may take half a minute to open their tunnels' },
            log,
          ),
          rootOf: (sliceUID, cluster) => verification.rootOf(sliceUID, cluster),
          rootsBefore: (sliceUID, cluster) => verification.rootsBefore(sliceUID, cluster),
          linkOf: (slice, peer) => links.links(slice).get(peer),
          dial: (slice, router) => dialRouter(peerExchange.sockets(slice).dial, router),
          onChange: () => node.enqueue('changes', { priority: 'high' }),
          clock,
          random: Math.random,
          log,
        })
      : undefined;
  const services = nodeServices(
    world.endpointSlices,
    (slice) => links.links(slice),
    () => node.enqueue('changes', { priority: 'high' }),
    (slice) => {
      const cluster = clusterIn(slice);
      return cluster === undefined ? undefined : { cluster, node: settings.node };
    },
  );
  const agent = new NodeAgent({
    ...(binding === undefined ? {} : { binding }),
    kernel,
    facts: world.facts,
    slicesVersion: world.slicesVersion,
    peersVersion: world.peersVersion,
    actsOn: world.actsOn,
    published: world.published,
    linkOf: (slice, peer) => links.links(slice).get(peer),
    services: services.of,
    identityKeyFile: identityKeyFile(settings),
    authorityOf: (sliceUID, cluster) => verification.rootOf(sliceUID, cluster)?.certificate,
    keys,
    snapshotFile,
    keepVerified: () => verification.save(),
    snapshot,
    sliceSubnets: new SliceSubnetsFile(settings, log),
    podNetns: new PodNetns(clock, snapshot?.podNetns),
    mtu: (addresses, stepSignal) => tunnelMtu(run, [], addresses, stepSignal),
    clock,
    log,
    metrics,
  });

  const tunnels = () => agent.last?.plan.networks ?? [];
  const links = new LinkWatch({
    clock,
    random: Math.random,
    program: proberProgram(settings),
    observe: (network, observeSignal) => kernel.observe(network, observeSignal),
    onKey: (slice, peer, presharedKey) => {
      const isOpened = binding?.opened(slice, peer, presharedKey) === true;
      if (isOpened) node.enqueue('changes', { afterMs: renewAfterMs[0] });
      return isOpened;
    },
    onChange: (slice) => {
      linkChanges.made();
      // The first session with a peer waits for its answer.
      binding?.begin(ending);
      status.enqueue(slice, { priority: 'high' });
      services.linksChanged(slice);
    },
  });
  const peerExchange = new PeerExchange({
    client,
    relay: relayProgram(settings),
    directory: relayDirectory(settings),
    clusterIn,
    ...(binding === undefined ? {} : { onSession: (slice, from, connection) => binding.answer(slice, from, connection, ending) }),
    clock,
    random: Math.random,
    log,
  });
  const paces = new Map<string, ResyncPace>();
  const paceOf = (slice: string): ResyncPace => {
    const pace = paces.get(slice) ?? new ResyncPace(clock);
    paces.set(slice, pace);
    return pace;
  };
  const monitor = new NamespaceMonitor((netns) => {
    const slice = tunnels().find((network) => network.netns === netns)?.slice;
    if (slice !== undefined) node.enqueue(keyOfSlice(slice), { afterMs: paceOf(slice).changed() });
  });
  const unmanaged = new UnmanagedState(settings, () => {
    for (const { slice } of tunnels()) status.enqueue(slice);
  });
  /** A node outside a slice needs none, and the one that it had is not renewed. */
  const certificateEnds = (slice: string): number | undefined =>
    tunnels().some((network) => network.slice === slice) ? binding?.certificateEnds(slice) : undefined;
  const publisher = new Publisher({
    client,
    kernel,
    agent,
    links,
    identity: (use) => identity.provedFor(use),
    bindsKeys: settings.bindKeys !== false,
    certificateEnds,
    trouble: (slice) => {
      if (!reportsTrouble(slice, agent.last?.facts.slices ?? [])) return undefined;
      const network = tunnels().find((each) => each.slice === slice);
      const notAfter = certificateEnds(slice);
      const certificate = notAfter === undefined ? undefined : { notAfter, now: clock.now() };
      return nodeTrouble(unmanaged.last, links.narrow(slice), network?.mtu, certificate);
    },
    policiesServed: () => world.accessPolicies.isServed(),
    seen: (slice) => world.sliceNodes.list().find(({ spec }) => spec.slice === slice && spec.node === settings.node),
    clock,
    metrics,
  });
  const signal = afterLastVotes(ending, { links, publisher, slices: () => tunnels().map(({ slice }) => slice), log });
  metrics.measure(createTunnelMeasures({ kernel, networks: tunnels, metrics, clock, lifetime: signal }));
  const status = createController({
    name: 'status',
    concurrency: 2,
    watches: [watching(world.sliceNodes, (change) => [change.object.spec.slice])],
    reconcile: async (slice, runSignal) => publisher.publish(slice, runSignal),
    log,
    metrics,
  });
  const programs = createController({
    name: 'programs',
    watches: [],
    // Apart from the steps: the start of a pod waits for a step, and not for monitors, probers and relays.
    reconcile: async () => {
      const networks = tunnels();
      await Promise.all([monitor.aim(networks.map(({ netns }) => netns)), links.aim(networks), peerExchange.aim(networks)]);
      binding?.begin(ending);
      for (const { name } of agent.last?.facts.slices ?? []) status.enqueue(name, { priority: 'high' });
    },
    log,
    metrics,
  });
  const changes = (): string[] => ['changes'];
  const node = createController({
    name: 'node',
    concurrency: 1,
    watches: [...world.mirrors.map((mirror) => watching<unknown>(mirror, changes)), watching(world.accessPolicies.serving, changes)],
    reconcile: async (key, runSignal) => {
      const scope = scopeOf(key);
      const before = new Set(tunnels().map(({ slice }) => slice));
      const step = await agent.step(scope, runSignal);
      steps.made();
      if (step === undefined) return { againMs: 200 };
      const { networks } = step.plan;
      for (const { slice } of networks) {
        if (scope !== 'everything' && (scope === 'changes' || scope.slice !== slice)) continue;
        paceOf(slice).resynced(step.outcome.changes.some((change) => change.startsWith(`${slice}: `)));
      }
      for (const slice of paces.keys()) if (!networks.some((network) => network.slice === slice)) paces.delete(slice);
      // The other nodes wait for the key of a new tunnel.
      for (const { slice } of networks) if (!before.has(slice)) status.enqueue(slice, { priority: 'high' });
      programs.enqueue('all', { priority: 'high' });
      return step.againMs === undefined ? undefined : { againMs: step.againMs };
    },
    // One key for each slice, so that a pod's start waits for at most one.
    resync: { everyMs: resyncMs, keys: () => ['changes', ...tunnels().map(({ slice }) => keyOfSlice(slice))] },
    log,
    metrics,
  });

  const health = await startHealth({
    ...settings.health,
    metrics,
    live: [],
    ready: [{ name: 'node', check: () => (agent.last === undefined ? 'nothing is known about this node yet' : undefined) }],
  });
  const stopCni = await serveCni(
    cniSocket(settings),
    answerCni({ agent, steps, links, linkChanges, wake: () => node.enqueue('changes', { priority: 'high' }), clock }),
    log,
  );
  // Not before `node` is there: it is woken when the verification is ready.
  if (snapshot !== undefined && snapshot.facts.slices.length > 0) verification.start();
  node.enqueue('everything');
  await Promise.all([
    ...world.mirrors.map((mirror) => mirror.run(signal)),
    node.run(signal),
    programs.run(signal),
    status.run(signal),
    links.run(signal),
    unmanaged.run(signal, log),
    servePeerEndpoint(settings.peerEndpoint, { client, agent, links, exchange: peerExchange, run, clock, log }, signal),
    installPlugin(settings)
      .then(() => keepChained(settings.cniConf, log, signal))
      .catch((error: unknown) => log.error('the CNI plugin could not be installed; pods are attached after they have started', { error })),
  ]);
  monitor.stop();
  await peerExchange.stop();
  await stopCni();
  await Promise.all([snapshotFile, verification, keys, identity].map((stored) => stored.settled()));
  await health.stop();
  launcher.stop();
};
