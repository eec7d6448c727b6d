import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { quietLog } from '../../telemetry/quiet-log.ts';
import type { Random } from '../../values/backoff.ts';
import { type Lease, leaseKind } from '../../values/builtin/lease.ts';
import { type Clock, sleep, systemClock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { Client } from '../port.ts';

/** A candidate for leadership, and the work of the leader. */
export type Election = {
  readonly client: Pick<Client, 'find' | 'create' | 'update'>;
  readonly namespace: string;
  readonly name: string;
  /** Unique for each process, and again after a restart; the pod's name is suitable. */
  readonly identity: string;
  /**
   * The work of the leader. Its signal aborts when the lease is lost or the program stops; the work must then end well within the lease. `isHeld`
   * reports, by the monotonic clock, whether the lease was renewed recently enough that no other candidate can lead. Call it before each write: a
   * process that was suspended continues before its signal can abort.
   */
  readonly lead: (signal: AbortSignal, isHeld: () => boolean) => Promise<void>;
  readonly signal: AbortSignal;
  /** How long others wait after the last renewal by the holder. @default 15_000 */
  readonly leaseMs?: number;
  /** After this long without a successful renewal the holder stops by itself; shorter than `leaseMs`, so that two never lead. @default 10_000 */
  readonly renewMs?: number;
  /** Between attempts. @default 2_000 */
  readonly retryMs?: number;
  readonly log?: Log;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  readonly random?: Random;
};

/** The last observed lease, and when it was observed by our own clock: the clocks of others are never compared with ours. */
type Sighting = { readonly lease: Lease; readonly seenAt: number };

/**
 * Lets one of several processes lead, by a Lease in the API server. It is a candidate until the signal aborts, and then releases the lease so that
 * the next can lead at once. When leadership is lost, it waits for `lead` to end and becomes a candidate again. If `lead` throws, it releases the
 * lease and throws the error.
 */
export const runElected = async (election: Election): Promise<void> => {
  const { signal, lead, name, metrics, clock = systemClock, random = Math.random, retryMs = 2_000 } = election;
  const log = (election.log ?? quietLog).with({ lease: name, identity: election.identity });
  let sighting: Sighting | undefined;
  metrics?.set('leading', { lease: name }, 0);
  while (!signal.aborted) {
    try {
      sighting = await tryAcquire(election, sighting, clock);
    } catch (error) {
      if (signal.aborted) return;
      if (!Failure.is(error, 'Conflict') && !Failure.is(error, 'AlreadyExists'))
        log.warn('the lease could not be read or acquired', { error });
      sighting = undefined;
    }
    if (sighting !== undefined && sighting.lease.spec?.holderIdentity === election.identity) {
      log.info('leading');
      metrics?.set('leading', { lease: name }, 1);
      await leadWhileHeld(election, sighting, clock, log, lead).finally(() => metrics?.set('leading', { lease: name }, 0));
      sighting = undefined;
    }
    await sleep(clock, retryMs * (0.8 + 0.4 * random()), signal).catch(() => {});
  }
};

/** Acquires the lease if it is free or its holder has not renewed it in time. */
const tryAcquire = async (election: Election, last: Sighting | undefined, clock: Clock): Promise<Sighting> => {
  const { client, namespace, name, identity, signal, leaseMs = 15_000 } = election;
  const current = await client.find(leaseKind, { namespace, name }, { signal, timeoutMs: leaseMs });
  const now = new Date(clock.now());
  if (current === undefined) {
    const fresh: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: { ...claim(identity, leaseMs, now), acquireTime: microTime(now), leaseTransitions: 0 },
    };
    const sentAt = clock.monotonic();
    return { lease: await client.create(leaseKind, fresh, { signal, timeoutMs: leaseMs }), seenAt: sentAt };
  }
  const seen =
    last !== undefined && last.lease.metadata.resourceVersion === current.metadata.resourceVersion
      ? last
      : { lease: current, seenAt: clock.monotonic() };
  const { holderIdentity = '', leaseDurationSeconds = leaseMs / 1000, leaseTransitions = 0 } = current.spec ?? {};
  const silentMs = clock.monotonic() - seen.seenAt;
  const free = holderIdentity === '' || holderIdentity === identity || silentMs > leaseDurationSeconds * 1000;
  if (!free) return seen;
  const taken = { ...claim(identity, leaseMs, now), acquireTime: microTime(now), leaseTransitions: leaseTransitions + 1 };
  const sentAt = clock.monotonic();
  return {
    lease: await client.update(leaseKind, { ...current, spec: { ...current.spec, ...taken } }, { signal, timeoutMs: leaseMs }),
    seenAt: sentAt,
  };
};

/** Leads and renews until the lease is lost, the work ends or the program stops; then releases the lease if it is still ours. */
const leadWhileHeld = async (election: Election, first: Sighting, clock: Clock, log: Log, lead: Election['lead']): Promise<void> => {
  const { signal, client, identity, leaseMs = 15_000, renewMs = 10_000, retryMs = 2_000 } = election;
  const term = new AbortController();
  const stop = (): void => term.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let held = first;
  const isHeld = (): boolean => !term.signal.aborted && clock.monotonic() < held.seenAt + renewMs;
  const work = lead(term.signal, isHeld).finally(() => term.abort());
  // Renewing ends before the work is awaited below; in between its error must not count as unhandled.
  work.catch(() => {});
  while (!term.signal.aborted) {
    await sleep(clock, retryMs, term.signal).catch(() => {});
    if (term.signal.aborted) break;
    const leftMs = held.seenAt + renewMs - clock.monotonic();
    try {
      if (leftMs <= 0) throw new Failure('Timeout', 'The lease was not renewed in time.');
      const sentAt = clock.monotonic();
      const spec = { ...held.lease.spec, ...claim(identity, leaseMs, new Date(clock.now())) };
      const lease = await client.update(
        leaseKind,
        { ...held.lease, spec },
        { signal: term.signal, timeoutMs: Math.min(leftMs, renewMs / 2) },
      );
      held = { lease, seenAt: sentAt };
    } catch (error) {
      if (term.signal.aborted) break;
      const takenByOther =
        Failure.is(error, 'Conflict') && !(await isStillOurs(election, term.signal, (lease) => (held = { ...held, lease })));
      if (takenByOther || leftMs <= 0) {
        log.warn('leadership lost', { error });
        term.abort(Failure.from(error));
      } else log.debug('the lease could not be renewed yet', { error });
    }
  }
  signal.removeEventListener('abort', stop);
  try {
    await work;
  } catch (error) {
    // The work of an aborted term usually ends with this error.
    if (!Failure.is(error, 'Interrupted')) throw error;
  } finally {
    await release(election, held.lease, log);
  }
};

/** After a conflict: another client may have only labelled the lease, or a renewal succeeded whose answer was lost. */
const isStillOurs = async (election: Election, signal: AbortSignal, found: (lease: Lease) => void): Promise<boolean> => {
  const { client, namespace, name, identity } = election;
  const current = await client.find(leaseKind, { namespace, name }, { signal, timeoutMs: 5_000 }).catch(() => undefined);
  if (current?.spec?.holderIdentity !== identity) return false;
  found(current);
  return true;
};

/** Releases the lease, within a few seconds and with a signal of its own, because the program's signal has aborted. */
const release = async ({ client, identity, namespace, name }: Election, held: Lease, log: Log): Promise<void> => {
  const call = { signal: new AbortController().signal, timeoutMs: 3_000 };
  let lease: Lease | undefined = held;
  for (let tries = 0; lease?.spec?.holderIdentity === identity && tries < 3; tries += 1) {
    try {
      await client.update(leaseKind, { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 } }, call);
      return;
    } catch (error) {
      // A renewal that was cancelled here may have been carried out. Without the server the others wait until the lease expires.
      log.debug('the lease could not be released yet', { error });
      lease = Failure.is(error, 'Conflict') ? await client.find(leaseKind, { namespace, name }, call).catch(() => undefined) : undefined;
    }
  }
};

const claim = (identity: string, leaseMs: number, now: Date): NonNullable<Lease['spec']> => ({
  holderIdentity: identity,
  leaseDurationSeconds: Math.max(1, Math.round(leaseMs / 1000)),
  renewTime: microTime(now),
});

/** Lease times have six decimals. */
const microTime = (time: Date): string => time.toISOString().replace('Z', '000Z');
