import { sliceNodeKind } from '../../api/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import { isInSlice, type LinkReport, type SliceNode, type SliceNodeStatus, sliceNodeName } from '../../api/slicenode/type.ts';
import type { Kernel } from '../../kernel/port.ts';
import type { Client } from '../../kubernetes/port.ts';
import { accessDigest } from '../../plan/enforcement/policy-digests.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { planLinkReport } from '../../plan/links/link-report.ts';
import { sameVotes } from '../../plan/links/link-votes.ts';
import type { LinkHistory } from '../../plan/links/liveness.ts';
import { peersSettled } from '../../plan/links/settled-peers.ts';
import { heartbeatMs } from '../../plan/names/report-age.ts';
import type { Problem } from '../../plan/node/desired.ts';
import { desiredStatus, readiness, type StatusInput, statusPatch } from '../../plan/node/node-status.ts';
import { type nodeTrouble, troubleVerdicts } from '../../plan/node/node-trouble.ts';
import { servedVerdicts } from '../../plan/slices/policies-served.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { linkVerdicts } from '../../values/link-verdict.ts';
import type { LinkKnowledge } from './link-watch.ts';
import type { NodeAgent, Step } from './node-agent.ts';

/** Shortest time between two writes of votes of one slice: the links to a cluster that dies go down within two seconds, not at once. */
const voteGapMs = 200;

/** What the publisher uses. */
export interface PublisherParts {
  readonly client: Pick<Client, 'mergePatch'>;
  readonly kernel: Pick<Kernel, 'drivers' | 'observe'>;
  readonly agent: Pick<NodeAgent, 'last'>;
  readonly links: {
    links(slice: string): ReadonlyMap<string, LinkHistory>;
    knowledge(slice: string): LinkKnowledge;
  };
  /** The published object of a slice in the mirror. */
  readonly seen: (slice: string) => SliceNode | undefined;
  /** The node's identity key with its proof for a slice and a tunnel key. */
  readonly identity: (use: { readonly sliceUID: string; readonly tunnelKey: string }) => SliceNodeStatus['identity'];
  /** Whether this node takes packets of pods only under keys from mutual TLS. */
  readonly bindsKeys: boolean;
  /** The end of this node's certificate in a slice, in milliseconds since 1970; undefined on a node that uses no mutual TLS. */
  readonly certificateEnds: (slice: string) => number | undefined;
  /** The node's faults that concern a slice. */
  readonly trouble: (slice: string) => ReturnType<typeof nodeTrouble>;
  /** Whether the API server has the definition of AccessPolicy. */
  readonly policiesServed: () => boolean;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'set' | 'remove'>;
}

/**
 * Publishes the status of this node's slices: each change in one small write, and every 15 s a heartbeat in one of its objects, whatever their number
 * is: readers take it as confirmation of all of them.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  /** The answer to our last write, and the mirror's object before it: the mirror lags a little. */
  readonly #written = new Map<string, { readonly on: SliceNode; readonly answer: SliceNode }>();
  readonly #votedAt = new Map<string, number>();
  #beatAt = Number.NEGATIVE_INFINITY;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Publishes the status of one slice if it differs; resolves with when to publish again. */
  async publish(slice: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> {
    const { agent, clock, client } = this.#parts;
    const step = agent.last;
    const mirrored = this.#parts.seen(slice);
    if (step === undefined || mirrored === undefined) return undefined;
    const written = this.#written.get(slice);
    const seen = written !== undefined && written.on === mirrored ? written.answer : mirrored;
    this.#measureCertificate(slice);
    const isIdle = !isInSlice(mirrored);
    const trouble = this.#parts.trouble(slice);
    // Nodes that never were in the slice have nothing to report.
    if (isIdle && mirrored.status === undefined && trouble === undefined) return undefined;
    const now = clock.monotonic();
    const input = await this.#input(slice, step, seen.status, signal);
    const votes = input.links !== undefined && !sameVotes(seen.status?.links?.clusters, input.links.clusters);
    const soon = (this.#votedAt.get(slice) ?? Number.NEGATIVE_INFINITY) + voteGapMs - now;
    const heartbeat = input.links !== undefined && now - this.#beatAt >= heartbeatMs;
    // The kernel state is unknown, so the published status stays too.
    const stays = step.plan.untouched.some((one) => one.slice === slice);
    const { links: held, ...others } = stays ? (seen.status ?? {}) : desiredStatus(input);
    const wanted = votes && soon > 0 ? others : { ...others, ...(held === undefined ? {} : { links: held }) };
    const before = seen.status?.conditions;
    // Policies concern nodes in the slice alone.
    const served = isIdle ? [] : servedVerdicts('member', this.#parts.policiesServed(), before);
    const further = [...troubleVerdicts(before, trouble), ...served];
    const options = { heartbeat, now: new Date(clock.now()), further };
    const patch = statusPatch(seen, wanted, votes && soon > 0 ? undefined : readiness(input), options);
    const againMs = votes && soon > 0 ? Math.ceil(soon) : heartbeatMs;
    if (patch === undefined) return { againMs };
    const beatAt = this.#beatAt;
    if (patch.status.links !== undefined) {
      this.#beatAt = now;
      if (votes) this.#votedAt.set(slice, now);
    }
    const target = { name: sliceNodeName(slice, step.facts.node), namespace: memberNamespace };
    try {
      const answer = await client.mergePatch(sliceNodeKind, target, patch, { signal, subresource: 'status' });
      this.#written.set(slice, { on: mirrored, answer });
    } catch (error) {
      this.#beatAt = beatAt;
      this.#votedAt.delete(slice);
      // The slice was removed in the meantime.
      if (Failure.is(error, 'NotFound')) return undefined;
      throw error;
    }
    return { againMs };
  }

  #measureCertificate(slice: string): void {
    const { certificateEnds, clock, metrics } = this.#parts;
    const ends = certificateEnds(slice);
    if (ends === undefined) metrics.remove('nodeCertificateRemainingSeconds', { slice });
    else metrics.set('nodeCertificateRemainingSeconds', { slice }, Math.max(0, (ends - clock.now()) / 1_000));
  }

  /** Publishes the changes at the end of this run, without waiting for the next turn. */
  async publishLast(slice: string, signal: AbortSignal): Promise<void> {
    this.#votedAt.delete(slice);
    await this.publish(slice, signal);
  }

  async #input(
    slice: string,
    { facts, plan, outcome, peersVersions }: Step,
    published: SliceNodeStatus | undefined,
    signal: AbortSignal,
  ): Promise<StatusInput> {
    const network = plan.networks.find((candidate) => candidate.slice === slice);
    const access = facts.slices.find(({ name }) => name === slice)?.access;
    const failure = outcome.failures.get(slice);
    const refused: Problem | undefined = failure && {
      reason: failure.code === 'CapabilityMissing' ? 'KernelFeatureMissing' : 'NotConnected',
      message: failure.message,
    };
    const podProblems = new Map<string, string>();
    for (const [uid, owner] of plan.sliceOfPod) {
      const message = plan.podProblems.get(uid) ?? outcome.podFailures.get(uid)?.message;
      if (owner === slice && message !== undefined) podProblems.set(uid, message);
    }
    const uid = plan.decisions[slice]?.uid;
    const isSettled = network !== undefined && peersSettled(network.peers, this.#parts.links.links(slice), this.#parts.clock.monotonic());
    return {
      idle: facts.slices.find(({ name }) => name === slice)?.idle === true,
      network,
      ...(network === undefined || uid === undefined
        ? {}
        : { identity: this.#parts.identity({ sliceUID: uid, tunnelKey: network.publicKey }), bindsKeys: this.#parts.bindsKeys }),
      choice: plan.drivers.get(slice),
      drivers: await this.#parts.kernel.drivers(signal),
      problem: plan.problems.get(slice) ?? refused,
      attached: outcome.attached.get(slice) ?? new Set(),
      podProblems,
      podNames: new Map(facts.pods.map(({ uid, namespace, name }) => [uid, { namespace, name }])),
      addresses: facts.addresses,
      podsRevision: plan.decisions[slice]?.revision,
      // With the links, in one write.
      peersVersion: isSettled ? peersVersions.get(slice) : published?.peersVersion,
      servedAddresses: published?.serviceAddresses === true,
      wantedAddresses: plan.wantedAddresses.get(slice),
      accessDigest: failure === undefined && network?.access !== undefined && access !== undefined ? accessDigest(access) : undefined,
      links: network === undefined ? undefined : await this.#links(network, published?.links, signal),
      partial: this.#parts.links.knowledge(slice) !== 'All',
    };
  }

  /** The report about the links; undefined until live peers had time to answer. */
  async #links(network: SliceNetwork, published: LinkReport | undefined, signal: AbortSignal): Promise<LinkReport | undefined> {
    const { clock, kernel, links, metrics } = this.#parts;
    const histories = links.links(network.slice);
    for (const state of linkVerdicts) {
      const count = [...histories.values()].filter((link) => link.state === state).length;
      metrics.set('nodeLinks', { slice: network.slice, state }, count);
    }
    const knowledge = links.knowledge(network.slice);
    if (knowledge === 'None') return undefined;
    const earlier = knowledge === 'All' ? undefined : published;
    // Handshakes matter only for a link that does not work.
    const ill = [...histories.values()].some(({ state }) => state !== 'Up');
    const tunnel = ill ? await kernel.observe(network, signal) : undefined;
    const handshakes = new Map(tunnel?.peers.map((peer) => [peer.publicKey, peer.latestHandshake]));
    const report = planLinkReport({ network, links: histories, handshakes, now: clock.monotonic(), wall: clock.now(), earlier });
    for (const [cluster, { worstRttMs }] of Object.entries(report.clusters)) {
      const labels = { slice: network.slice, cluster };
      // A dead link has no round trip.
      if (worstRttMs === undefined) metrics.remove('nodeLinkRttSeconds', labels);
      else metrics.set('nodeLinkRttSeconds', labels, worstRttMs / 1_000);
    }
    return report;
  }
}
