import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CredentialRequest } from '../../../api/credentialrequest/type.ts';
import { openAuthority } from '../../../identity/authority.ts';
import { createAuthority } from '../../../identity/create-authority.ts';
import type { Client } from '../../../kubernetes/port.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import { requestCredential } from './request-credential.ts';

const owner = { cluster: 'east', project: 'default' };
const authority = openAuthority(await createAuthority(owner, Date.now(), randomBytes), owner);

/** Requests a credential from a hub with that status, which answers a request with what `answer` makes of its public key. */
const request = async (status: CredentialRequest['status'], answer: (publicKey: string) => CredentialRequest['status']) => {
  const clock = handClock();
  let object = { status } as CredentialRequest;
  const hub = {
    get: async () => object,
    mergePatch: async (_kind: unknown, _target: unknown, { spec }: { spec: CredentialRequest['spec'] }) => {
      object = { ...object, spec, status: { ...object.status, ...answer(spec.publicKey ?? '') } };
    },
  } as unknown as Pick<Client, 'get' | 'mergePatch'>;
  const outcome = requestCredential(hub, authority, clock, new AbortController().signal).catch((error: unknown) => error);
  await clock.pass(31_000);
  return { failure: await outcome, tookMs: clock.monotonic() };
};

it('does not report an old refusal while the controller does not answer', async () => {
  const { failure } = await request({ challenge: 'Yw==', refused: 'The cluster has not joined.', refusedKey: 'of last year' }, () => ({}));
  expect(failure).toMatchObject({ code: 'Timeout', message: expect.stringContaining('did not answer') });
});

it('nor one by a hub that did not say which request it refused', async () => {
  const { failure } = await request({ challenge: 'Yw==', refused: 'The cluster has not joined.' }, () => ({}));
  expect(failure).toMatchObject({ code: 'Timeout' });
});

it('reports the refusal of its own request', async () => {
  const { failure } = await request({ challenge: 'Yw==' }, (refusedKey) => ({ refused: 'The cluster has not joined.', refusedKey }));
  expect(failure).toMatchObject({ code: 'Unauthorized', message: expect.stringContaining('The cluster has not joined.') });
});
