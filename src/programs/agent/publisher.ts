import { sliceNodeKind } from '../../api/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import { type LinkState, type SliceNode, sliceNodeName } from '../../api/slicenode/type.ts';
import type { Kernel } from '../../kernel/port.ts';
import type { Client } from '../../kubernetes/port.ts';
import type { Problem } from '../../plan/node/desired.ts';
import { type LinkHistory, linkReason, lossPercent } from '../../plan/node/liveness.ts';
import { desiredStatus, readiness, type StatusInput, statusPatch } from '../../plan/node/node-status.ts';
import type { SliceNetwork } from '../../plan/node/slice-network.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { linkVerdicts } from '../../values/link-verdict.ts';
import type { NodeAgent, Step } from './node-agent.ts';

/** Measurements alone are published this seldom. */
const refreshMs = 30_000;

/** What the publisher works with. */
export interface PublisherParts {
  readonly client: Pick<Client, 'mergePatch'>;
  readonly kernel: Kernel;
  readonly agent: NodeAgent;
  readonly links: (slice: string) => ReadonlyMap<string, LinkHistory>;
  /** The published object of a slice, as the mirror has it. */
  readonly seen: (slice: string) => SliceNode | undefined;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'set'>;
}

/** Publishes the status of this node's slices: what changed, in one small write, and measurements twice a minute. */
export class Publisher {
  readonly #parts: PublisherParts;
  /** What our last write answered, and which state of the mirror it was made on: the mirror is a little behind. */
  readonly #written = new Map<string, { readonly on: SliceNode; readonly answer: SliceNode }>();
  readonly #refreshed = new Map<string, number>();

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Publishes the status of one slice if it differs; resolves with when to look again. */
  async publish(slice: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> {
    const { agent, clock, client } = this.#parts;
    const step = agent.last;
    const mirrored = this.#parts.seen(slice);
    if (step === undefined || mirrored === undefined) return undefined;
    const written = this.#written.get(slice);
    const seen = written !== undefined && written.on === mirrored ? written.answer : mirrored;
    const due = clock.monotonic() - (this.#refreshed.get(slice) ?? Number.NEGATIVE_INFINITY) >= refreshMs;
    const input = await this.#input(slice, step, signal);
    this.#count(slice, Object.values(input.links));
    const patch = statusPatch(seen, desiredStatus(input), readiness(input), { measurements: due, now: new Date(clock.now()) });
    if (due) this.#refreshed.set(slice, clock.monotonic());
    if (patch === undefined) return { againMs: refreshMs };
    const target = { name: sliceNodeName(slice, step.facts.node), namespace: memberNamespace };
    try {
      const answer = await client.mergePatch(sliceNodeKind, target, patch, { signal, subresource: 'status' });
      this.#written.set(slice, { on: mirrored, answer });
    } catch (error) {
      this.#refreshed.delete(slice);
      // The slice was removed in the meantime.
      if (Failure.is(error, 'NotFound')) return undefined;
      throw error;
    }
    return { againMs: refreshMs };
  }

  #count(slice: string, links: readonly LinkState[]): void {
    for (const state of linkVerdicts) {
      const count = links.filter((link) => link.state === state).length;
      this.#parts.metrics.set('nodeLinks', { slice, state }, count);
    }
  }

  async #input(slice: string, { facts, plan, outcome }: Step, signal: AbortSignal): Promise<StatusInput> {
    const network = plan.networks.find((candidate) => candidate.slice === slice);
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
    return {
      network,
      choice: plan.drivers.get(slice),
      drivers: await this.#parts.kernel.drivers(signal),
      problem: plan.problems.get(slice) ?? refused,
      attached: outcome.attached.get(slice) ?? new Set(),
      podProblems,
      podNames: new Map(facts.pods.map(({ uid, namespace, name }) => [uid, { namespace, name }])),
      addresses: facts.addresses,
      links: network === undefined ? {} : await this.#links(network, signal),
    };
  }

  async #links(network: SliceNetwork, signal: AbortSignal): Promise<Record<string, LinkState>> {
    const { clock, kernel } = this.#parts;
    const tunnel = await kernel.observe(network, signal);
    const handshakes = new Map(tunnel?.peers.map((peer) => [peer.publicKey, peer.latestHandshake]));
    const [now, wall] = [clock.monotonic(), clock.now()];
    const histories = this.#parts.links(network.slice);
    const links: Record<string, LinkState> = {};
    for (const peer of network.peers) {
      const history = histories.get(peer.name);
      if (history === undefined) continue;
      const handshake = handshakes.get(peer.publicKey) ?? 0;
      const age = handshake === 0 ? undefined : Math.max(0, Math.round(wall / 1_000 - handshake));
      const loss = lossPercent(history);
      links[peer.name] = {
        driver: network.driver,
        state: history.state,
        reason: linkReason(history, now, age),
        since: new Date(wall - (now - history.since)).toISOString(),
        ...(history.rttMs === undefined ? {} : { rttMs: Math.round(history.rttMs * 1_000) / 1_000 }),
        ...(loss === undefined ? {} : { lossPercent: loss }),
        ...(age === undefined ? {} : { handshakeAgeSeconds: age }),
      };
    }
    return links;
  }
}
