import type { Duplex } from 'node:stream';
import { clusterNamedBy, readNodeCertificate } from '../../../identity/node/node-certificate.ts';
import type { NodeKey } from '../../../identity/node/node-key.ts';
import type { BoundKey, OwnNode, StatedNode } from '../../../identity/node/tunnel-session.ts';
import type { Root } from '../../../identity/root.ts';
import { createSlots } from '../../../loop/slots.ts';
import { type PeerFacts, peerName, type SliceFacts } from '../../../plan/facts/node-state.ts';
import type { LinkHistory } from '../../../plan/links/liveness.ts';
import {
  firstAnswerMs,
  keyLifeMs,
  type OpenTunnels,
  openTunnel,
  type PeerKey,
  type PeerKeys,
  planPeerKeys,
  silentMs,
  type TunnelUse,
  tunnelOf,
} from '../../../plan/tunnels/peer-keys.ts';
import type { Log } from '../../../telemetry/log.ts';
import { type Backoff, backoffDelay, type Random } from '../../../values/backoff.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { DiskSecrets } from '../stored/disk-secrets.ts';
import { answerBinding, type BindingEnds, bindKey } from './bind-key.ts';
import { StoredPeerKeys } from './stored-peer-keys.ts';

/**
 * Sessions that this node has open at once, each way: a session costs both ends some milliseconds of a processor. Each way has its own, or nodes that
 * begin with one another would all wait for an answer.
 */
const sessionsAtOnce = 8;
const backoff: Backoff = { firstMs: 200, maxMs: 5_000 };
/** How long a first session waits for the peer to answer a probe, in milliseconds: before that, TCP through the tunnel waits for its own repetitions. */
const answerWaitMs = 2_000;

/** What the binding of keys uses. */
export interface KeyBindingParts {
  readonly node: string;
  /** Whether nodes that use no keys get no packets of pods. */
  readonly isRequired: boolean;
  /** The key by which this node proves who it is. */
  readonly key: NodeKey;
  /** The folder in which keys outlive this program, on tmpfs. */
  readonly directory: string;
  /** Copies of the keys that outlive a reboot. */
  readonly disk: DiskSecrets;
  /** The pinned authority of a cluster; undefined while none is known. */
  readonly rootOf: (sliceUID: string, cluster: string) => Root | undefined;
  /** Authorities of a cluster before the pinned one that still count after a rotation. */
  readonly rootsBefore: (sliceUID: string, cluster: string) => readonly Root[];
  readonly linkOf: (slice: string, peer: string) => LinkHistory | undefined;
  /** Opens a connection through the tunnel to the node with a router address. */
  readonly dial: (slice: string, router: string) => Duplex;
  /** Called when a tunnel may change: a key was agreed on, or a session failed and may be tried again. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The tunnels of this node, as a step plans them. */
export interface TunnelUses {
  readonly uses: ReadonlyMap<string, TunnelUse>;
  /** When to plan again without any change, in milliseconds; undefined when nothing changes by itself. */
  readonly againMs: number | undefined;
}

/** A tunnel as it was found in the kernel. */
export interface FoundTunnel {
  readonly publicKey: string;
  readonly peers: readonly { readonly publicKey: string; readonly presharedKey?: string; readonly allowedIPs: readonly string[] }[];
}

/** The certificate of this node in a slice. */
interface KnownCertificate {
  readonly text: string;
  readonly root: Root;
  /** Milliseconds since 1970; undefined when it cannot be used with the key of this node. */
  readonly notAfter: number | undefined;
  /** The log has a line about its end. */
  isTold: boolean;
}

interface Attempts {
  readonly failures: number;
  /** By the monotonic clock; Infinity while a session is open. */
  readonly nextAt: number;
}

/**
 * Agrees on pre-shared keys with the peers of this node by mutual TLS, each through the tunnel itself, and keeps them over restarts of the agent.
 * `decide` plans what each tunnel may carry, `begin` opens the sessions that are due, and `answer` is the other side of a session that a peer opened.
 */
export class KeyBinding {
  readonly #parts: KeyBindingParts;
  readonly #asking = createSlots(sessionsAtOnce);
  readonly #answers = createSlots(sessionsAtOnce);
  readonly #attempts = new Map<string, Attempts>();
  /** Of sessions that peers opened; an entry goes when one succeeds. */
  readonly #answered = new Map<string, Attempts>();
  readonly #files: StoredPeerKeys;
  readonly #certificates = new Map<string, KnownCertificate>();
  #keys: PeerKeys;
  /** Keys that this node gave in sessions that peers opened and have not closed yet. They are stored, and not used. */
  readonly #given = new Map<string, PeerKey>();
  #open: OpenTunnels = new Map();
  #slices: readonly SliceFacts[] = [];
  /** Of {@link #slices}, by `<slice>/<cluster>/<node>`; undefined until somebody asks. */
  #peers: ReadonlyMap<string, { readonly slice: SliceFacts; readonly peerFacts: PeerFacts }> | undefined;
  #tunnelKeys: ReadonlyMap<string, { readonly publicKey: string }> = new Map();
  #due: readonly string[] = [];
  /** Peers with a closed tunnel, by when it became due. */
  readonly #closedSince = new Map<string, number>();

  private constructor(parts: KeyBindingParts, files: StoredPeerKeys, keys: PeerKeys) {
    this.#parts = parts;
    this.#files = files;
    this.#keys = keys;
  }

  /** Continues with the keys of an earlier run. */
  static async open(parts: KeyBindingParts): Promise<KeyBinding> {
    const files = new StoredPeerKeys(parts.directory, parts.disk, parts.clock);
    return new KeyBinding(parts, files, await files.load(parts.log));
  }

  /**
   * A tunnel that is in the kernel when this process begins. Peers that carry packets of pods without a key go on until the first key, or for two
   * minutes: they are from a time before this node used keys. Call it before the first {@link decide}.
   */
  found(slice: string, { publicKey, peers }: FoundTunnel): void {
    const carrying = peers.filter(({ presharedKey, allowedIPs }) => presharedKey === undefined && !allowedIPs.every(isOneAddress));
    this.#open = new Map([...this.#open, ...carrying.map((peer) => [openTunnel(slice, publicKey, peer.publicKey), undefined] as const)]);
  }

  /** What each tunnel may carry now. Call it in each step, with the tunnel keys of this node by slice. */
  decide(slices: readonly SliceFacts[], tunnelKeys: ReadonlyMap<string, { readonly publicKey: string }>): TunnelUses {
    const { clock, isRequired, linkOf } = this.#parts;
    this.#slices = slices;
    this.#peers = undefined;
    this.#tunnelKeys = tunnelKeys;
    const now = clock.monotonic();
    const plan = planPeerKeys({
      before: this.#keys,
      open: this.#open,
      slices,
      keys: tunnelKeys,
      isRequired,
      linkOf,
      now,
      wall: clock.now(),
    });
    this.#open = plan.open;
    this.#keys = sameKeys(plan.held, this.#keys) ? this.#keys : plan.held;
    this.#due = plan.due;
    const due = new Set(plan.due);
    for (const name of this.#closedSince.keys()) if (!due.has(name)) this.#closedSince.delete(name);
    for (const name of due) if (plan.uses.get(name)?.use === 'Closed' && !this.#closedSince.has(name)) this.#closedSince.set(name, now);
    for (const name of this.#attempts.keys()) if (!due.has(name)) this.#attempts.delete(name);
    for (const name of this.#answered.keys()) if (this.#peer(name) === undefined) this.#answered.delete(name);
    const waits = [...this.#attempts.values()].flatMap(({ nextAt }) => (nextAt === Number.POSITIVE_INFINITY ? [] : [nextAt - now]));
    if (plan.nextMs !== undefined) waits.push(plan.nextMs);
    for (const since of this.#closedSince.values()) if (since + answerWaitMs > now) waits.push(since + answerWaitMs - now);
    return { uses: plan.uses, againMs: waits.length === 0 ? undefined : Math.max(0, Math.min(...waits)) };
  }

  /** Resolves once the keys survive the end of this program; call it before the kernel uses them. */
  save(): Promise<void> {
    return this.#files.save(this.#given.size === 0 ? this.#keys : new Map([...this.#keys, ...this.#given]));
  }

  /** Opens the sessions that are due; call it when the kernel has the tunnels, and when a link changed. They go on in the background until the signal aborts. */
  begin(signal: AbortSignal): void {
    const { clock, dial, onChange } = this.#parts;
    for (const name of this.#due) {
      if ((this.#attempts.get(name)?.nextAt ?? 0) > clock.monotonic() || this.#isAnswering(name) || this.#awaitsAnswer(name)) continue;
      const ends = this.#endsOf(name);
      if (ends === undefined) continue;
      const failures = this.#attempts.get(name)?.failures ?? 0;
      this.#attempts.set(name, { failures, nextAt: Number.POSITIVE_INFINITY });
      void this.#asking
        .run(() => {
          const connection = dial(ends.slice.name, ends.peerFacts.router);
          return bindKey(connection, ends, () => this.#files.saveAsking(name), clock, signal);
        }, signal)
        .then(
          (key) => {
            this.#attempts.delete(name);
            this.#use(name, this.#keyOf(name, ends, key));
            onChange();
          },
          (error: unknown) => this.#failed(name, failures + 1, error, signal),
        );
    }
  }

  /**
   * Answers a session that the node with this router address opened; the connection is closed at its end. Of a peer it answers one at a time, after
   * one that failed only when some time has passed, and none while this node asks that peer and has the smaller tunnel key.
   */
  answer(slice: string, router: string, connection: Duplex, signal: AbortSignal): void {
    const { clock, random, log, onChange } = this.#parts;
    const peer = this.#slices.find(({ name }) => name === slice)?.peers.find((each) => each.router === router);
    const name = peer === undefined ? undefined : `${slice}/${peerName(peer)}`;
    const ends = name === undefined ? undefined : this.#endsOf(name);
    const before = name === undefined ? undefined : this.#answered.get(name);
    const isBusy = (before?.nextAt ?? 0) > clock.monotonic();
    if (name === undefined || ends === undefined || isBusy || this.#asks(name, ends)) return void connection.destroy();
    this.#answered.set(name, { failures: before?.failures ?? 0, nextAt: Number.POSITIVE_INFINITY });
    const keep = async (key: BoundKey): Promise<void> => {
      this.#given.set(name, this.#keyOf(name, ends, key));
      await this.save();
    };
    void this.#answers
      .run(() => answerBinding(connection, ends, keep, clock, signal), signal)
      .catch((error: unknown) => {
        connection.destroy();
        if (!this.#given.has(name)) throw error;
      })
      .then(() => {
        this.#answered.delete(name);
        const key = this.#given.get(name);
        // The peer may take as long to answer under it as after any other session.
        if (key !== undefined) this.#use(name, { ...key, since: clock.monotonic() });
        this.#given.delete(name);
      })
      .catch((error: unknown) => {
        const failures = (before?.failures ?? 0) + 1;
        this.#answered.set(name, { failures, nextAt: clock.monotonic() + backoffDelay(backoff, failures, random) });
        // Failures 1, 2, 4, 8, …: an attacker with a tunnel key may try for ever.
        if (signal.aborted || (failures & (failures - 1)) !== 0) return;
        log.warn('a node did not prove who it is', { peer: name, failures, error: Failure.from(error) });
      })
      .finally(onChange);
  }

  /** Whether a session with a peer should wait, because no probe has been answered yet. */
  #awaitsAnswer(name: string): boolean {
    const since = this.#closedSince.get(name);
    const [slice = '', ...peer] = name.split('/');
    const link = since === undefined ? undefined : this.#parts.linkOf(slice, peer.join('/'));
    return since !== undefined && link !== undefined && link.state !== 'Up' && this.#parts.clock.monotonic() < since + answerWaitMs;
  }

  /**
   * The kernel uses this key for the tunnel to a peer. True when it opened a closed tunnel: only answers to later probes prove that the peer has the key.
   */
  opened(slice: string, peer: string, presharedKey: string): boolean {
    const name = `${slice}/${peer}`;
    const key = this.#keys.get(name);
    if (key?.opened !== 'Pending' || key.presharedKey !== presharedKey) return false;
    this.#keys = new Map(this.#keys).set(name, { ...key, opened: this.#parts.clock.monotonic() });
    return true;
  }

  /** When the kernel opened a closed tunnel to a peer with its key, by the monotonic clock; undefined until then, and when the tunnel was open before. */
  openedAt(slice: string, peer: string): number | undefined {
    const opened = this.#keys.get(`${slice}/${peer}`)?.opened;
    return opened === 'Pending' ? undefined : opened;
  }

  #isAnswering(name: string): boolean {
    return this.#answered.get(name)?.nextAt === Number.POSITIVE_INFINITY;
  }

  /** Whether this node has a session open with a peer, and goes first. */
  #asks(name: string, { own, peer }: BindingEnds): boolean {
    return this.#attempts.get(name)?.nextAt === Number.POSITIVE_INFINITY && own.tunnelKey < peer.tunnelKey;
  }

  /** The end of this node's certificate in a slice, in milliseconds since 1970; undefined while it has none for its key. */
  certificateEnds(slice: string): number | undefined {
    const facts = this.#slices.find(({ name }) => name === slice);
    return facts === undefined ? undefined : this.#certificateOf(facts)?.notAfter;
  }

  /** This node in a slice; undefined without a certificate that is valid for its key. */
  #own(slice: SliceFacts): OwnNode | undefined {
    const { key, clock, log } = this.#parts;
    const tunnelKey = this.#tunnelKeys.get(slice.name)?.publicKey;
    const known = this.#certificateOf(slice);
    if (tunnelKey === undefined || known?.notAfter === undefined) return undefined;
    if (known.notAfter > clock.now()) return { privateKey: key.privateKey, certificate: known.text, notAfter: known.notAfter, tunnelKey };
    if (!known.isTold) {
      const ended = new Date(known.notAfter).toISOString();
      log.warn('the certificate of this node has expired; tunnels get no keys until its worker issues another one', {
        slice: slice.name,
        ended,
      });
    }
    known.isTold = true;
    return undefined;
  }

  /** The certificate of this node in a slice, read once; undefined without one, and while the authority is not known. */
  #certificateOf({ name, uid, certificate }: SliceFacts): KnownCertificate | undefined {
    const { node, key, rootOf, rootsBefore } = this.#parts;
    if (certificate === undefined) return undefined;
    const known = this.#certificates.get(name);
    // Its own text names the cluster: after a reboot nothing else does while the API server is away.
    const cluster = known?.text === certificate ? known.root.cluster : clusterNamedBy(certificate);
    const root = cluster === undefined ? undefined : rootOf(uid, cluster);
    if (cluster === undefined || root === undefined || (known?.text === certificate && known.root === root)) return root && known;
    const read = readNodeCertificate(certificate, { root, node, before: () => rootsBefore(uid, cluster) });
    const isUsable = typeof read !== 'string' && read.publicKey === key.publicKey;
    const made = { text: certificate, root, notAfter: isUsable ? read.notAfter : undefined, isTold: false };
    this.#certificates.set(name, made);
    return made;
  }

  #peer(name: string): { readonly slice: SliceFacts; readonly peerFacts: PeerFacts } | undefined {
    this.#peers ??= new Map(
      this.#slices.flatMap((slice) =>
        slice.peers.map((peerFacts) => [`${slice.name}/${peerName(peerFacts)}`, { slice, peerFacts }] as const),
      ),
    );
    return this.#peers.get(name);
  }

  #endsOf(name: string): (BindingEnds & { readonly slice: SliceFacts; readonly peerFacts: PeerFacts }) | undefined {
    const { slice, peerFacts } = this.#peer(name) ?? {};
    const own = slice === undefined ? undefined : this.#own(slice);
    const root = slice === undefined || peerFacts === undefined ? undefined : this.#parts.rootOf(slice.uid, peerFacts.cluster);
    if (slice === undefined || peerFacts?.identityKey === undefined || own === undefined || root === undefined) return undefined;
    const { node, identityKey, publicKey: tunnelKey } = peerFacts;
    const before = (): readonly Root[] => this.#parts.rootsBefore(slice.uid, peerFacts.cluster);
    const peer: StatedNode = { root, before, node, identityKey, tunnelKey };
    return { own, peer, sliceUID: slice.uid, slice, peerFacts };
  }

  #keyOf(name: string, { slice, own, peerFacts }: { slice: SliceFacts; own: OwnNode; peerFacts: PeerFacts }, bound: BoundKey): PeerKey {
    const { clock } = this.#parts;
    const tunnel = tunnelOf(slice, own.tunnelKey, peerFacts);
    const hadTunnel = this.#keys.get(name)?.tunnel === tunnel || this.#open.has(openTunnel(slice.name, own.tunnelKey, peerFacts.publicKey));
    return {
      presharedKey: bound.presharedKey,
      tunnel,
      since: clock.monotonic(),
      lifeMs: Math.min(keyLifeMs, bound.notAfter - clock.now()),
      // The session of a tunnel that was open goes on.
      ...(hadTunnel ? { graceMs: silentMs } : { graceMs: firstAnswerMs, opened: 'Pending' }),
      ...(peerFacts.bindsKeys === true ? {} : { isAhead: true }),
      until: bound.notAfter,
    };
  }

  #use(name: string, key: PeerKey): void {
    this.#keys = new Map(this.#keys).set(name, key);
    this.#parts.log.debug('two nodes agreed on a key', { peer: name, lifeMs: key.lifeMs });
  }

  #failed(name: string, failures: number, error: unknown, signal: AbortSignal): void {
    const { clock, random, log, onChange } = this.#parts;
    if (signal.aborted) return;
    this.#attempts.set(name, { failures, nextAt: clock.monotonic() + backoffDelay(backoff, failures, random) });
    // A tunnel that is not up yet fails some times; failures 4, 8, 16, … are warnings.
    const fields = { peer: name, failures, error: Failure.from(error) };
    if (failures >= 4 && (failures & (failures - 1)) === 0) log.warn('no key could be agreed on with a node', fields);
    else log.debug('no key could be agreed on with a node', fields);
    onChange();
  }
}

const isOneAddress = (block: string): boolean => block.endsWith('/32');

const sameKeys = (a: PeerKeys, b: PeerKeys): boolean => a.size === b.size && [...a].every(([name, key]) => b.get(name) === key);
