import { randomBytes } from 'node:crypto';
import { authoritySecret, memberNamespace } from '../../../api/places.ts';
import type { AuthorityFiles } from '../../../identity/authority.ts';
import { authorityData, readAuthorityData } from '../../../identity/stored-authority.ts';
import { metadata } from '../../../install/metadata.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { type Secret, secretKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';

const target = { namespace: memberNamespace, name: authoritySecret };

const filesOf = ({ data }: Secret): AuthorityFiles => readAuthorityData(data) ?? { certificate: '', privateKey: '' };

/** The existing authority of a member cluster, if any. */
export const findAuthority = async (member: Client, signal: AbortSignal): Promise<AuthorityFiles | undefined> => {
  const secret = await member.find(secretKind, target, { signal });
  return secret === undefined ? undefined : filesOf(secret);
};

/**
 * The authority of a member cluster; created and stored when there is none. An existing one is never replaced, so two people who join at once get the
 * same.
 */
export const ensureAuthority = async (
  member: Client,
  owner: { readonly cluster: string; readonly project: string },
  signal: AbortSignal,
): Promise<AuthorityFiles> => {
  const existing = await findAuthority(member, signal);
  if (existing !== undefined) return existing;
  const { createAuthority } = await import('../../../identity/create-authority.ts');
  const files = await createAuthority(owner, Date.now(), randomBytes);
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(authoritySecret, { namespace: memberNamespace }),
    type: 'kubernetes.io/tls',
    stringData: authorityData(files),
  };
  try {
    await member.create(secretKind, secret, { signal });
    return files;
  } catch (error) {
    if (!Failure.is(error, 'AlreadyExists')) throw error;
    return filesOf(await member.get(secretKind, target, { signal }));
  }
};
