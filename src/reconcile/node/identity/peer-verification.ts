import type { Notice } from '../../../api/notice/type.ts';
import type { Slice } from '../../../api/slice/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { SlicePeer } from '../../../api/slicepeer/type.ts';
import type { AuthorityOrders } from '../../../exchange/trust/authority-orders.ts';
import type { Root } from '../../../identity/root.ts';
import { type PeerReader, readPlainPeer } from '../../../plan/facts/facts.ts';
import type { SliceFacts } from '../../../plan/facts/node-state.ts';
import { ownProject } from '../../../plan/facts/own-cluster.ts';
import type { ForgetOrder } from '../../../plan/peers/follow-peers.ts';
import type { PeerTrust, VerifiedSlice } from '../../../plan/peers/peer-trust.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Clock } from '../../../values/clock.ts';
import type { AgentSettings } from '../settings.ts';
import { TwoCopies } from '../stored/two-copies.ts';
import type { Judge } from './judge.ts';

/** The objects by which a node verifies its peers. */
export interface VerifiedObjects {
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
  readonly claims: readonly Notice[];
  readonly peers: readonly SlicePeer[];
  readonly forget: ReadonlyMap<string, ForgetOrder>;
  /** Undefined while they are not read: then those of before count. */
  readonly orders: ReadonlyMap<string, AuthorityOrders> | undefined;
}

/** What verification uses. */
export interface VerificationParts {
  readonly settings: Pick<AgentSettings, 'runDirectory' | 'stateDirectory'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Called once peers can be verified, after {@link PeerVerification.read} returned no reader. */
  readonly onReady: () => void;
}

interface Open {
  readonly judge: Judge;
  trust: PeerTrust;
}

/**
 * The node's own judgement of the other nodes. What it accepted is stored beside the snapshot, before the node acts on it, so that neither a restart
 * nor a reboot makes it accept another authority or an older statement.
 */
export class PeerVerification {
  readonly #parts: VerificationParts;
  readonly #copies: TwoCopies;
  #open: Open | undefined;
  #isOpening = false;
  #stored: PeerTrust | undefined;

  constructor(parts: VerificationParts) {
    this.#parts = parts;
    const lost = 'after a reboot the node pins the authorities that it sees first';
    this.#copies = new TwoCopies(parts.settings, { name: 'trust', lost }, parts.log);
  }

  /** Continues with what this node accepted before, also while the API server does not answer. */
  start(): void {
    if (!this.#isOpening) this.#begin().catch((error: unknown) => this.#failed(error));
    this.#isOpening = true;
  }

  async #begin(): Promise<void> {
    const { clock, onReady } = this.#parts;
    const judge = (await import('./judge.ts')).createJudge();
    const trust = await this.#copies.load((text) => judge.recall(text, clock.now()));
    this.#open = { judge, trust: trust ?? judge.nothing };
    onReady();
  }

  #failed(error: unknown): void {
    this.#isOpening = false;
    this.#parts.log.error('peers cannot be verified; the node goes on with those that it has', { error });
  }

  /** Judges what the objects deliver, and returns the reader of the accepted peers; undefined until it is ready, a moment after the first slice. */
  read({ slices, sliceNodes, claims, peers, forget, orders }: VerifiedObjects): PeerReader | undefined {
    const open = this.#open;
    if (open === undefined) {
      // Without a slice there are no peers.
      if (sliceNodes.length === 0) return readPlainPeer;
      this.start();
      return undefined;
    }
    const projects = new Map(slices.map((slice) => [slice.metadata.name, ownProject(slice)]));
    const verified = sliceNodes.flatMap(({ spec: { slice, sliceUID, sliceSubnet } }): VerifiedSlice[] => {
      const project = projects.get(slice) ?? open.trust.slices.get(sliceUID)?.project;
      return project === undefined ? [] : [{ project, slice, sliceUID, sliceSubnet }];
    });
    const followed = open.judge.follow(open.trust, { slices: verified, claims, peers, forget, orders }, this.#parts.clock.now());
    open.trust = followed.trust;
    return open.judge.reader(followed);
  }

  /** The pinned authority of a cluster, as the verifier of its nodes in a slice; undefined while none is known. */
  rootOf(sliceUID: string, cluster: string): Root | undefined {
    const { trust, judge } = this.#open ?? {};
    const [certificate, project] = [trust?.roots.get(cluster), trust?.slices.get(sliceUID)?.project];
    return judge === undefined || certificate === undefined || project === undefined
      ? undefined
      : judge.readRoot(certificate, { cluster, project });
  }

  /** Whether an authority of a cluster is revoked here, and none is pinned in its place. */
  hasRevoked(cluster: string): boolean {
    const { orders, roots } = this.#open?.trust ?? {};
    return (orders?.get(cluster)?.revoked.length ?? 0) > 0 && roots?.has(cluster) !== true;
  }

  /** Authorities of a cluster before the pinned one that still count after a rotation. */
  rootsBefore(sliceUID: string, cluster: string): readonly Root[] {
    const [open, root] = [this.#open, this.rootOf(sliceUID, cluster)];
    return open === undefined || root === undefined ? [] : open.judge.rootsBefore(open.trust, root, this.#parts.clock.now());
  }

  /** The node uses these slices: what it accepted in others is dropped, but for the pinned authorities. */
  keepOnly(slices: readonly SliceFacts[]): void {
    const open = this.#open;
    if (open === undefined) return;
    const uids = new Set(slices.map(({ uid }) => uid));
    const { slices: known } = open.trust;
    if ([...known.keys()].every((uid) => uids.has(uid))) return;
    open.trust = { ...open.trust, slices: new Map([...known].filter(([uid]) => uids.has(uid))) };
  }

  /** Resolves once what was accepted survives the end of this program. */
  async save(): Promise<void> {
    if (this.#open === undefined || this.#open.trust === this.#stored) return;
    const { judge, trust } = this.#open;
    await this.#copies.save(judge.store(trust));
    this.#stored = trust;
  }

  /** Resolves when the disk has the latest content, or writing it failed. */
  settled(): Promise<void> {
    return this.#copies.settled();
  }
}
