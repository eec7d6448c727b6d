import { randomBytes } from 'node:crypto';
import type { CredentialAnswer, CredentialRequest } from '../../api/credentialrequest/type.ts';
import { credentialRequestOwner } from '../../api/credentialrequest/type.ts';
import { credentialRequestKind } from '../../api/kinds.ts';
import { clusterLabel, managedBy, managedByLabel } from '../../api/labels.ts';
import { hubAddressConfigMap, hubNamespace, projectNamespace, workerAccount } from '../../api/places.ts';
import { answerProof, isProved, type RenewedCredential } from '../../identity/credential-proof.ts';
import { readRoot } from '../../identity/root.ts';
import { requestToken } from '../../kubernetes/credentials/request-token.ts';
import { configMapKind, serviceAccountKind } from '../../kubernetes/kinds.ts';
import { watching } from '../../loop/watching.ts';
import { type CredentialStep, credentialStep } from '../../plan/membership/credential-step.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { World } from './world.ts';

/**
 * Shortest interval between two answers to one cluster, in milliseconds: the owner of the account for credential requests may send them at any rate.
 */
const paceMs = 2_000;

/** The distinct PEM blocks of some texts. */
const distinctCertificates = (texts: readonly string[]): string => {
  const blocks = texts.flatMap((text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []);
  return [...new Set(blocks)].map((block) => `${block}\n`).join('');
};

/** The addresses at which members reach the hub, and its authority: as configured by the administrator, and as published by Kubernetes. */
const hubPlace = async (world: World, signal: AbortSignal): Promise<Omit<RenewedCredential, 'token'>> => {
  const find = (name: string) => world.client.find(configMapKind, { namespace: hubNamespace, name }, { signal });
  const [address, root] = [await find(hubAddressConfigMap), await find('kube-root-ca.crt')];
  return {
    servers: (address?.data?.servers ?? '').split(/\s+/).filter((server) => server.startsWith('https://')),
    ca: distinctCertificates([address?.data?.['ca.crt'] ?? '', root?.data?.['ca.crt'] ?? '']),
  };
};

/**
 * Renews the hub credential of clusters that prove the key of their authority: a worker needs this when its token expired during an outage. A token
 * lives for `seconds`.
 */
export const credentialController = (world: World, clock: Clock, seconds: number) => {
  /** When each was last processed, by the monotonic clock. */
  const processedAt = new Map<string, number>();

  const write = async (request: CredentialRequest, status: object, signal: AbortSignal): Promise<void> => {
    const patch = { metadata: { resourceVersion: request.metadata.resourceVersion }, status };
    await world.client.mergePatch(credentialRequestKind, request.metadata, patch, { signal, subresource: 'status' });
  };
  const refuse = async (request: CredentialRequest, why: string, signal: AbortSignal): Promise<void> => {
    world.log.warn('a request for a hub credential was refused', { cluster: request.metadata.name, why });
    // The challenge stays: a client without a proof must not take it from the rightful cluster.
    const refusedKey = request.spec.publicKey ?? null;
    if (request.status?.refused !== why || request.status.refusedKey !== refusedKey)
      await write(request, { refused: why, refusedKey }, signal);
  };
  const freshChallenge = (): string => randomBytes(32).toString('base64');

  /**
   * A token of the worker's account. A missing account is created again: an administrator deletes it to end a leaked credential, and the rightful
   * cluster has just proved itself.
   */
  const tokenOf = async (namespace: string, cluster: string, signal: AbortSignal): Promise<string> => {
    try {
      return await askToken(namespace, cluster, signal);
    } catch (error) {
      if (!Failure.is(error, 'NotFound')) throw error;
      const labels = { [managedByLabel]: managedBy, [clusterLabel]: cluster };
      const metadata = { namespace, name: workerAccount(cluster), labels };
      await world.client.apply(serviceAccountKind, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, { signal });
      return askToken(namespace, cluster, signal);
    }
  };

  const askToken = async (namespace: string, cluster: string, signal: AbortSignal): Promise<string> =>
    (await requestToken(world.client, { namespace, name: workerAccount(cluster) }, seconds, { signal })).token;

  const answer = async (
    request: CredentialRequest,
    owner: { readonly project: string; readonly cluster: string },
    { request: asked, caBundle, known }: Extract<CredentialStep, { step: 'verify' }>,
    signal: AbortSignal,
  ): Promise<void> => {
    let given: CredentialAnswer;
    try {
      const root = readRoot(caBundle, owner);
      if (!isProved(asked, root, known))
        return await refuse(request, 'The request is not signed by the authority with which this cluster joined.', signal);
      // Before a token is created, so that an invalid key costs nothing.
      answerProof(asked, owner, { token: '', servers: [], ca: '' });
      const token = await tokenOf(projectNamespace(owner.project), owner.cluster, signal);
      given = answerProof(asked, owner, { token, ...(await hubPlace(world, signal)) });
    } catch (error) {
      if (!Failure.is(error, 'StatementRefused') && !Failure.is(error, 'InvalidInput')) throw error;
      return refuse(request, error.message.slice(0, 1024), signal);
    }
    const { rotations } = asked;
    const followed = rotations === undefined || rotations.length === 0 ? {} : { rotations };
    await write(request, { challenge: freshChallenge(), answer: given, refused: null, refusedKey: null, ...followed }, signal);
    world.log.info('a hub credential was renewed by proof of the key', { cluster: request.metadata.name });
  };

  return {
    name: 'credential',
    watches: [watching(world.credentialRequests, ({ type, key }) => (type === 'deleted' ? [] : [key]))],
    reconcile: async (key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const request = world.credentialRequests.get(key);
      const owner = request === undefined ? undefined : credentialRequestOwner(request.metadata.name);
      if (request === undefined || owner === undefined) {
        processedAt.delete(key);
        return undefined;
      }
      const decided = credentialStep(request, world.clusters.get(`${projectNamespace(owner.project)}/${owner.cluster}`));
      if (decided.step === 'none') return undefined;
      const waitMs = (processedAt.get(key) ?? -Infinity) + paceMs - clock.monotonic();
      if (waitMs > 0 && decided.step !== 'challenge') return { againMs: waitMs };
      processedAt.set(key, clock.monotonic());
      if (decided.step === 'challenge') await write(request, { challenge: freshChallenge() }, signal);
      else if (decided.step === 'refuse') await refuse(request, decided.why, signal);
      else await answer(request, owner, decided, signal);
      return undefined;
    },
  };
};
