import type { CredentialRequest } from '../../../api/credentialrequest/type.ts';
import { credentialRequestName } from '../../../api/credentialrequest/type.ts';
import { credentialRequestKind } from '../../../api/kinds.ts';
import { hubNamespace } from '../../../api/places.ts';
import type { Authority } from '../../../identity/authority.ts';
import { openAnswer, proveAuthority, type RenewedCredential } from '../../../identity/credential-proof.ts';
import { ephemeralKey } from '../../../identity/sealed-box.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { type Clock, sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';

/** How long the controller may take to answer, in milliseconds. */
const answerMs = 30_000;
const pollMs = 500;

/**
 * Requests a credential from the hub by proof that this cluster has the key of its authority; `hub` uses the account that can do nothing else. It
 * needs no unexpired credential and compares no clocks.
 *
 * @throws Failure Unauthorized when the hub refuses, Timeout when its controller does not answer, and what the client throws.
 */
export const requestCredential = async (
  hub: Pick<Client, 'get' | 'mergePatch'>,
  authority: Authority,
  clock: Clock,
  signal: AbortSignal,
): Promise<RenewedCredential> => {
  const target = { namespace: hubNamespace, name: credentialRequestName(authority.project, authority.cluster) };
  const deadline = clock.monotonic() + answerMs;
  const until = async <T>(find: (seen: CredentialRequest) => T | undefined): Promise<T> => {
    for (;;) {
      const seen = await hub.get(credentialRequestKind, target, { signal, timeoutMs: 10_000 });
      const found = find(seen);
      if (found !== undefined) return found;
      if (clock.monotonic() >= deadline) {
        throw new Failure(
          'Timeout',
          `The controller of the hub did not answer a credential request within ${answerMs / 1000} s; see "kubeslice status" on the hub.`,
        );
      }
      await sleep(clock, pollMs, signal);
    }
  };
  const challenge = await until(({ status }) => status?.challenge);
  const own = ephemeralKey();
  const question = proveAuthority(authority, challenge, own);
  await hub.mergePatch(credentialRequestKind, target, { spec: { rotations: null, ...question } }, { signal, timeoutMs: 10_000 });
  const answer = await until(({ status }) => {
    // A refusal of another request is no answer to this one: it may be years old.
    if (status?.refusedKey === question.publicKey)
      throw new Failure(
        'Unauthorized',
        `The hub does not renew the credential of this cluster: ${status.refused ?? 'no reason was given'}`,
      );
    return status?.answer?.challenge === challenge ? status.answer : undefined;
  });
  return openAnswer(answer, question, own, authority);
};
