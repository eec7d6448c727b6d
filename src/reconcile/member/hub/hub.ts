import { proofEveryMs } from '../../../api/hub-credential.ts';
import { workerAccount } from '../../../api/places.ts';
import type { Authority } from '../../../identity/authority.ts';
import type { RenewedCredential } from '../../../identity/credential-proof.ts';
import { type Client, createClient } from '../../../kubernetes/client.ts';
import { countedClient } from '../../../kubernetes/counted-client.ts';
import { requestToken } from '../../../kubernetes/credentials/request-token.ts';
import { type ExpiringToken, fixedToken, renewedToken } from '../../../kubernetes/credentials/token-source.ts';
import { movableClient } from '../../../kubernetes/movable-client.ts';
import { lifeOfFresh, lifetimeOfStored } from '../../../plan/membership/token-life.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Metrics } from '../../../telemetry/metrics.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { fieldManager } from '../cluster/local-world.ts';
import { readAuthority } from './authority.ts';
import { type HubAccess, type HubIdentity, readHubSecret, writeHubSecret } from './hub-place.ts';
import { requestCredential } from './request-credential.ts';

export type { HubIdentity } from './hub-place.ts';

/** The connection to the hub. */
export interface Hub extends HubIdentity {
  readonly client: Client;
  /** The token in use. */
  readonly token: () => string;
}

/** The inputs of the connection to the hub. */
export interface HubConnectionOptions {
  readonly local: Client;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  /** Lifetime in seconds of the credentials that it requests. */
  readonly credentialSeconds: number;
  /** Wraps a client so that it writes nothing once another instance may lead. */
  readonly fenced: (client: Client) => Client;
}

/**
 * Reads the hub credential and returns a client that keeps it valid. It requests the next token with the current one. When that is refused or fails,
 * and once a day in any case, it proves the key of this cluster's authority; the answer also contains the current addresses of the hub and the
 * authority of its server. This works after any outage and with any clock.
 */
export const openHub = async (options: HubConnectionOptions, signal: AbortSignal): Promise<Hub> => {
  const { local, metrics, log, clock, credentialSeconds, fenced } = options;
  const { identity, access } = await readHubSecret(local, signal);
  const authority = await readAuthority(local, identity, signal);
  let now: HubAccess = access;
  let kept = true;
  let provedAt = clock.monotonic();

  const token = renewedToken((during) => renew(during), { clock });
  const connect = ({ server, ca }: HubAccess): Client =>
    countedClient({ server, ca, credential: { kind: 'token', token } }, 'hub', fieldManager, metrics, clock);
  const hub = movableClient(connect(access));

  const accept = async (next: HubAccess, during: AbortSignal): Promise<ExpiringToken> => {
    const moved = next.server !== now.server || next.ca !== now.ca;
    if (moved) log.info('the hub has another address or authority', { server: next.server });
    now = next;
    if (moved) hub.move(connect(next));
    try {
      await writeHubSecret(local, next, during);
    } catch (error) {
      // The token works anyway; a restart would begin with the previous one and prove the key.
      if (during.aborted) throw error;
      log.warn('the renewed hub credential could not be kept for a restart', { error: Failure.from(error) });
    }
    return { token: next.token, lifetimeMs: lifeOfFresh(next.token, credentialSeconds * 1000) };
  };

  const byToken = async (during: AbortSignal): Promise<ExpiringToken> =>
    accept({ ...now, token: await askByToken(now, identity, credentialSeconds, during) }, during);

  const byProof = async (renewalToken: string, during: AbortSignal): Promise<ExpiringToken> => {
    const { server, given } = await askByProof(now, renewalToken, authority, clock, during);
    const servers = given.servers.length === 0 ? now.servers : given.servers;
    const ca = given.ca === '' ? now.ca : await confirmedAuthority(server, now.ca, given, during);
    provedAt = clock.monotonic();
    return accept({ ...now, server, servers, ca, token: given.token }, during);
  };

  const renew = async (during: AbortSignal): Promise<ExpiringToken> => {
    const left = lifetimeOfStored(now.token, clock.now());
    if (kept && left > lifeOfFresh(now.token, 0) / 2) {
      kept = false;
      return { token: now.token, lifetimeMs: left };
    }
    kept = false;
    const ways = [byToken, ...(now.renewalToken === undefined ? [] : [(until: AbortSignal) => byProof(now.renewalToken ?? '', until)])];
    if (clock.monotonic() - provedAt >= proofEveryMs) ways.reverse();
    return firstThatWorks(ways, log, during);
  };
  return { ...identity, client: fenced(hub.client), token: () => now.token };
};

/** The result of the first function that does not fail; the failure of the last when all do. */
const firstThatWorks = async (
  ways: readonly ((signal: AbortSignal) => Promise<ExpiringToken>)[],
  log: Log,
  signal: AbortSignal,
): Promise<ExpiringToken> => {
  let last: unknown;
  for (const way of ways) {
    try {
      return await way(signal);
    } catch (error) {
      if (signal.aborted) throw error;
      log.debug('the hub credential could not be renewed in one way', { error: Failure.from(error) });
      last = error;
    }
  }
  throw last;
};

/** A token, requested with the one that is still valid. */
const askByToken = async (
  { server, ca, token }: HubAccess,
  { namespace, cluster }: HubIdentity,
  seconds: number,
  signal: AbortSignal,
): Promise<string> => {
  const asking = createClient({ server, ca, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager });
  try {
    const account = { namespace, name: workerAccount(cluster) };
    return (await requestToken(asking, account, seconds, { signal, timeoutMs: 10_000 })).token;
  } finally {
    asking.close();
  }
};

/** A token by proof of the key, from the first of the hub's addresses that returns one. */
const askByProof = async (
  { server, servers, ca }: HubAccess,
  token: string,
  authority: Authority,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly server: string; readonly given: RenewedCredential }> => {
  let last: unknown;
  for (const address of new Set([server, ...servers])) {
    const asking = createClient({ server: address, ca, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager });
    try {
      return { server: address, given: await requestCredential(asking, authority, clock, signal) };
    } catch (error) {
      if (signal.aborted) throw error;
      last = error;
    } finally {
      asking.close();
    }
  }
  throw last;
};

/** The authorities that the hub names, once they verify its server; until then together with the current ones. */
const confirmedAuthority = async (
  server: string,
  before: string,
  { ca, token }: RenewedCredential,
  signal: AbortSignal,
): Promise<string> => {
  if (ca.trim() === before.trim()) return before;
  const trying = createClient({ server, ca, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager });
  try {
    await trying.raw('/version', { signal, timeoutMs: 10_000 });
    return ca;
  } catch (error) {
    if (signal.aborted) throw error;
    return before.includes(ca.trim()) ? before : `${before.trim()}\n${ca}`;
  } finally {
    trying.close();
  }
};
