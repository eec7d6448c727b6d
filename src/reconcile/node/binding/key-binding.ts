import type { Duplex } from 'node:stream';
import { readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import { readNodeCertificate } from '../../../identity/node/node-certificate.ts';
import type { NodeKey } from '../../../identity/node/node-key.ts';
import type { BoundKey, OwnNode, StatedNode } from '../../../identity/node/tunnel-session.ts';
import type { Root } from '../../../identity/root.ts';
import { createSlots } from '../../../loop/slots.ts';
import { type PeerFacts, peerName, type SliceFacts } from '../../../plan/facts/node-state.ts';
import type { LinkHistory } from '../../../plan/links/liveness.ts';
import {
  firstAnswerMs,
  keyLifeMs,
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
import { readJson } from '../../../values/text/read-json.ts';
import { answerBinding, type BindingEnds, bindKey } from './bind-key.ts';
import { storedPeerKeys } from './stored-peer-keys.ts';

/**
 * Sessions that this node has open at once, each way: a session costs both ends some milliseconds of a processor. Each way has its own, or nodes that
 * begin with one another would all wait for an answer.
 */
const sessionsAtOnce = 8;
const backoff: Backoff = { firstMs: 200, maxMs: 5_000 };

/** What the binding of keys uses. */
export interface KeyBindingParts {
  readonly node: string;
  /** The key by which this node proves who it is. */
  readonly key: NodeKey;
  /** Where keys outlive this program, readable by root alone, on tmpfs. */
  readonly file: string;
  /** Name of this cluster in a slice; undefined while unknown. */
  readonly clusterIn: (slice: string) => string | undefined;
  /** The pinned authority of a cluster; undefined while none is known. */
  readonly rootOf: (sliceUID: string, cluster: string) => Root | undefined;
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
  readonly #answering = new Set<string>();
  readonly #attempts = new Map<string, Attempts>();
  readonly #certificates = new Map<string, { readonly text: string; readonly root: Root; readonly notAfter: number | undefined }>();
  #keys: PeerKeys;
  #stored: PeerKeys;
  #slices: readonly SliceFacts[] = [];
  #tunnelKeys: ReadonlyMap<string, { readonly publicKey: string }> = new Map();
  #due: readonly string[] = [];

  private constructor(parts: KeyBindingParts, keys: PeerKeys) {
    this.#parts = parts;
    this.#keys = keys;
    this.#stored = keys;
  }

  /** Continues with the keys of an earlier run. */
  static async open(parts: KeyBindingParts): Promise<KeyBinding> {
    const text = await readIfPresent(parts.file).catch((error: unknown) => {
      parts.log.warn('the keys of tunnels cannot be read; the nodes agree on new ones', { path: parts.file, error });
      return undefined;
    });
    const read = storedPeerKeys.safeParse(readJson(text ?? '{}'));
    const [since, wall] = [parts.clock.monotonic(), parts.clock.now()];
    const keys = Object.entries(read.success ? read.data : {}).map(([name, { endsAt, ...key }]): [string, PeerKey] => {
      // A clock that was set meanwhile makes no key last longer than it may.
      const lifeMs = Math.min(keyLifeMs, Math.max(0, endsAt - wall));
      return [name, { ...key, since, lifeMs, graceMs: silentMs }];
    });
    return new KeyBinding(parts, new Map(keys));
  }

  /** What each tunnel may carry now. Call it in each step, with the tunnel keys of this node by slice. */
  decide(slices: readonly SliceFacts[], tunnelKeys: ReadonlyMap<string, { readonly publicKey: string }>): TunnelUses {
    const { clock, linkOf } = this.#parts;
    this.#slices = slices;
    this.#tunnelKeys = tunnelKeys;
    const now = clock.monotonic();
    const plan = planPeerKeys({ before: this.#keys, slices, keys: tunnelKeys, linkOf, now, wall: clock.now() });
    this.#keys = sameKeys(plan.held, this.#keys) ? this.#keys : plan.held;
    this.#due = plan.due;
    const due = new Set(plan.due);
    for (const name of this.#attempts.keys()) if (!due.has(name)) this.#attempts.delete(name);
    const waits = [...this.#attempts.values()].flatMap(({ nextAt }) => (nextAt === Number.POSITIVE_INFINITY ? [] : [nextAt - now]));
    if (plan.nextMs !== undefined) waits.push(plan.nextMs);
    return { uses: plan.uses, againMs: waits.length === 0 ? undefined : Math.max(0, Math.min(...waits)) };
  }

  /** Resolves once the keys survive the end of this program; call it before the kernel uses them. */
  async save(): Promise<void> {
    if (this.#keys === this.#stored) return;
    const keys = this.#keys;
    const { clock, file } = this.#parts;
    const stored = [...keys].map(([name, { presharedKey, tunnel, since, lifeMs, until }]) => {
      const endsAt = clock.now() + since + lifeMs - clock.monotonic();
      return [name, { presharedKey, tunnel, endsAt, until }] as const;
    });
    await writeWholeFile(file, JSON.stringify(Object.fromEntries(stored)), 0o600);
    this.#stored = keys;
  }

  /** Opens the sessions that are due; call it when the kernel has the tunnels. They go on in the background until the signal aborts. */
  begin(signal: AbortSignal): void {
    const { clock, dial } = this.#parts;
    for (const name of this.#due) {
      if ((this.#attempts.get(name)?.nextAt ?? 0) > clock.monotonic()) continue;
      const ends = this.#endsOf(name);
      if (ends === undefined) continue;
      const failures = this.#attempts.get(name)?.failures ?? 0;
      this.#attempts.set(name, { failures, nextAt: Number.POSITIVE_INFINITY });
      void this.#asking
        .run(() => bindKey(dial(ends.slice.name, ends.peerFacts.router), ends, clock, signal), signal)
        .then(
          (key) => {
            this.#attempts.delete(name);
            this.#agreed(name, ends, key);
          },
          (error: unknown) => this.#failed(name, failures + 1, error, signal),
        );
    }
  }

  /** Answers a session that the node with this router address opened; the connection is closed at its end. */
  answer(slice: string, router: string, connection: Duplex, signal: AbortSignal): void {
    const { clock, log } = this.#parts;
    const peer = this.#slices.find(({ name }) => name === slice)?.peers.find((each) => each.router === router);
    const name = peer === undefined ? undefined : `${slice}/${peerName(peer)}`;
    const ends = name === undefined ? undefined : this.#endsOf(name);
    if (name === undefined || ends === undefined || this.#answering.has(name)) return void connection.destroy();
    this.#answering.add(name);
    void this.#answers
      .run(() => answerBinding(connection, ends, clock, signal), signal)
      .then((key) => this.#agreed(name, ends, key))
      .catch((error: unknown) => {
        connection.destroy();
        if (!signal.aborted) log.warn('a node did not prove who it is', { peer: name, error: Failure.from(error) });
      })
      .finally(() => this.#answering.delete(name));
  }

  /** This node in a slice; undefined without a certificate that is valid for its key. */
  #own(slice: SliceFacts): OwnNode | undefined {
    const { node, key, clusterIn, rootOf, clock } = this.#parts;
    const cluster = clusterIn(slice.name);
    const root = cluster === undefined ? undefined : rootOf(slice.uid, cluster);
    const tunnelKey = this.#tunnelKeys.get(slice.name)?.publicKey;
    const { certificate } = slice;
    if (root === undefined || tunnelKey === undefined || certificate === undefined) return undefined;
    let known = this.#certificates.get(slice.name);
    if (known?.text !== certificate || known.root !== root) {
      const read = readNodeCertificate(certificate, { root, node });
      known = {
        text: certificate,
        root,
        notAfter: typeof read !== 'string' && read.publicKey === key.publicKey ? read.notAfter : undefined,
      };
      this.#certificates.set(slice.name, known);
    }
    if (known.notAfter === undefined || known.notAfter <= clock.now()) return undefined;
    return { privateKey: key.privateKey, certificate, notAfter: known.notAfter, tunnelKey };
  }

  #endsOf(name: string): (BindingEnds & { readonly slice: SliceFacts; readonly peerFacts: PeerFacts }) | undefined {
    const slash = name.indexOf('/');
    const slice = this.#slices.find((each) => each.name === name.slice(0, slash));
    const peerFacts = slice?.peers.find((each) => peerName(each) === name.slice(slash + 1));
    const own = slice === undefined ? undefined : this.#own(slice);
    const root = slice === undefined || peerFacts === undefined ? undefined : this.#parts.rootOf(slice.uid, peerFacts.cluster);
    if (slice === undefined || peerFacts?.identityKey === undefined || own === undefined || root === undefined) return undefined;
    const { node, identityKey, publicKey: tunnelKey } = peerFacts;
    const peer: StatedNode = { root, node, identityKey, tunnelKey };
    return { own, peer, sliceUID: slice.uid, slice, peerFacts };
  }

  #agreed(name: string, { slice, own, peerFacts }: { slice: SliceFacts; own: OwnNode; peerFacts: PeerFacts }, bound: BoundKey): void {
    const { clock, onChange, log } = this.#parts;
    const key: PeerKey = {
      presharedKey: bound.presharedKey,
      tunnel: tunnelOf(slice, own.tunnelKey, peerFacts),
      since: clock.monotonic(),
      lifeMs: Math.min(keyLifeMs, bound.notAfter - clock.now()),
      graceMs: firstAnswerMs,
      until: bound.notAfter,
    };
    this.#keys = new Map(this.#keys).set(name, key);
    log.debug('two nodes agreed on a key', { peer: name, lifeMs: key.lifeMs });
    onChange();
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

const sameKeys = (a: PeerKeys, b: PeerKeys): boolean => a.size === b.size && [...a].every(([name, key]) => b.get(name) === key);
