import type { Cluster } from '../../../api/cluster/type.ts';
import { clusterKind } from '../../../api/kinds.ts';
import type { JoinToken } from '../../../install/join-token.ts';
import type { HubCredential } from '../../../install/member.ts';
import { type Client, createClient } from '../../../kubernetes/client.ts';
import { fixedToken } from '../../../kubernetes/credentials/token-source.ts';
import { type Clock, sleep, systemClock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { printableFingerprint } from '../../render/printable-fingerprint.ts';
import { contextFailure } from '../context-failure.ts';
import { findProject } from '../find-project.ts';
import { fieldManager, type OpenCluster } from '../open-cluster.ts';
import { hubAddress, isLoopback, prepareCluster, requestRenewalToken, requestWorkerToken } from './hub-registration.ts';

/** The hub for a joining cluster, by a join token or by an administrator's context. */
export interface HubSide {
  /** Uses the rights of the joining party. */
  readonly client: Client;
  /** All of the worker's credential but its token. */
  readonly place: Omit<HubCredential, 'token' | 'renewalToken'>;
  /**
   * Creates what must exist on the hub before the cluster can be registered; nothing with a token, whose creation did it. Resolves to the token with
   * which the cluster can request a credential by proof of its key, if there is one.
   */
  prepare(signal: AbortSignal): Promise<string | undefined>;
  /** What it means for the joining cluster that the hub did not carry out a request. */
  explain(error: unknown): unknown;
}

/** The hub by a token. @throws Failure InvalidInput for an address without encryption. */
export const hubByToken = (token: JoinToken, hubServer: string | undefined): HubSide => {
  const { server, ca, project, namespace, cluster, bearer, renewalToken } = token;
  for (const address of [server, hubServer ?? server]) {
    const isSafe = URL.canParse(address) && (new URL(address).protocol === 'https:' || isLoopback(address));
    if (isSafe) continue;
    throw new Failure(
      'InvalidInput',
      `The hub address "${address}" is not an https address, so the credential would travel in clear; write one such as https://hub.example.org:6443.`,
    );
  }
  const connection = { server, ca, credential: { kind: 'token' as const, token: fixedToken(bearer) } };
  return {
    client: createClient(connection, { fieldManager, userAgent: 'kubeslice-cli' }),
    place: { server: hubServer ?? server, ca, project, namespace, cluster },
    prepare: async () => renewalToken,
    explain: (error) => (Failure.is(error, 'Unauthorized') || Failure.is(error, 'Forbidden') ? tokenRefused(cluster, error) : error),
  };
};

/** The hub by the context of an administrator. */
export const hubByContext = async (
  hub: OpenCluster,
  want: { readonly cluster: string; readonly project: string; readonly hubServer: string | undefined },
  signal: AbortSignal,
): Promise<HubSide> => {
  const namespace = await findProject(hub, want.project, signal);
  const address = await hubAddress(hub, want.hubServer, signal);
  return {
    client: hub.client,
    place: { ...address, project: want.project, namespace, cluster: want.cluster },
    prepare: async (during) => {
      await prepareCluster(hub, { cluster: want.cluster, project: want.project, namespace, address }, during);
      return requestRenewalToken(hub.client, want.project, want.cluster, during);
    },
    explain: (error) => contextFailure(error, hub.context),
  };
};

const tokenRefused = (cluster: string, cause: unknown): Failure =>
  new Failure(
    'TokenRefused',
    `The hub does not accept --token: it was used already, was withdrawn, or is forged; create a new one with "kubeslice token create ${cluster}".`,
    { cause },
  );

const nameTaken = (cluster: string, theirs: string, ours: string | undefined): Failure =>
  new Failure(
    'AlreadyExists',
    `The name "${cluster}" is taken by another cluster, whose authority is ${printableFingerprint(theirs)}${
      ours === undefined ? '' : `, while this one's is ${printableFingerprint(ours)}`
    }; join under another name, or free the name with "kubectl delete cluster ${cluster}" on the hub.`,
  );

/**
 * Checks that the name is free or this cluster's own, without changing anything.
 *
 * @param certificate the existing authority of the member, if any.
 * @throws Failure AlreadyExists when another cluster has the name, TokenRefused when the hub does not accept the token.
 */
export const checkName = async (side: HubSide, certificate: string | undefined, signal: AbortSignal): Promise<void> => {
  const { cluster, namespace } = side.place;
  let there: Cluster | undefined;
  try {
    there = await side.client.find(clusterKind, { namespace, name: cluster }, { signal });
  } catch (error) {
    throw side.explain(error);
  }
  const theirs = there?.spec.caBundle;
  if (theirs !== undefined && theirs.trim() !== certificate?.trim()) throw nameTaken(cluster, theirs, certificate);
};

/** How long admission and authorization on the hub may lag behind a write, in milliseconds: they read from caches. */
const settleMs = 5_000;
const retryMs = 100;

/**
 * Fetches the first token of the worker. A refusal counts only after the hub had time to learn the authority of the cluster and the token's rights.
 */
const firstToken = async (side: HubSide, clock: Clock, signal: AbortSignal): Promise<string> => {
  const end = clock.monotonic() + settleMs;
  for (;;) {
    try {
      return await requestWorkerToken(side.client, side.place.cluster, side.place.namespace, signal);
    } catch (error) {
      if (!Failure.is(error, 'Forbidden') || clock.monotonic() >= end) throw error;
    }
    await sleep(clock, retryMs, signal);
  }
};

/**
 * Registers the authority of the cluster under its name and fetches the first token of its worker. The hub keeps the first authority, so of two
 * clusters that join under one name at once, one is refused.
 */
export const register = async (side: HubSide, certificate: string, signal: AbortSignal, clock = systemClock): Promise<HubCredential> => {
  const { cluster, namespace } = side.place;
  try {
    const renewalToken = await side.prepare(signal);
    await side.client.mergePatch(clusterKind, { namespace, name: cluster }, { spec: { caBundle: certificate } }, { signal });
    return { ...side.place, renewalToken, token: await firstToken(side, clock, signal) };
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) await checkName(side, certificate, signal);
    throw side.explain(error);
  }
};
