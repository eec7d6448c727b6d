import { randomBytes } from 'node:crypto';
import { noticeKind } from '../../../api/kinds.ts';
import { authoritySecret, memberNamespace } from '../../../api/places.ts';
import type { AuthorityFiles } from '../../../identity/authority.ts';
import { fingerprintOf } from '../../../identity/fingerprint.ts';
import { authorityData, readAuthorityData } from '../../../identity/stored-authority.ts';
import { customResourceDefinitionKind, secretKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import type { OpenCluster } from '../open-cluster.ts';
import { joinedAs } from './joined-as.ts';

/** A rotation of a member's authority, as its administrator sees it. */
export interface RotatedAuthority {
  readonly cluster: string;
  /** Fingerprint of the authority that was replaced. */
  readonly before: string;
  readonly fingerprint: string;
}

/**
 * Replaces the authority of a member by a new one that the present one signs, in one write: the private key of the present one is gone with it.
 *
 * @throws Failure NotFound for a cluster that has not joined, InvalidInput when its definitions are of a version that knows no rotations or it has
 * rotated too often, Conflict when somebody else rotated meanwhile.
 */
export const rotateSecret = async ({ client, context }: OpenCluster, now: number, signal: AbortSignal): Promise<RotatedAuthority> => {
  const target = { namespace: memberNamespace, name: authoritySecret };
  const [authority, owner] = await Promise.all([client.find(secretKind, target, { signal }), joinedAs(client, signal)]);
  const files = readAuthorityData(authority?.data);
  if (files === undefined || owner === undefined)
    throw new Failure(
      'NotFound',
      `Context "${context}" has no authority to rotate: it has not joined a hub; name a member with --context, or let it join with "kubeslice join".`,
    );
  await checkDefinition({ client, context }, owner.cluster, signal);
  const { rotateAuthority } = await import('../../../identity/rotate-authority.ts');
  const next = await rotateAuthority(files, owner, now, randomBytes);
  const metadata = { resourceVersion: authority?.metadata.resourceVersion };
  try {
    await client.mergePatch(secretKind, target, { metadata, data: encoded(next) }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'Conflict')) throw error;
    throw new Failure(
      'Conflict',
      `The authority of cluster "${owner.cluster}" was changed by somebody else meanwhile, so it was not rotated; see "kubeslice trust show --context ${context}" before you try again.`,
      { cause: error },
    );
  }
  return { cluster: owner.cluster, before: fingerprintOf(files.certificate), fingerprint: fingerprintOf(next.certificate) };
};

const encoded = (files: AuthorityFiles): Record<string, string> =>
  Object.fromEntries(Object.entries(authorityData(files)).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]));

/** An API server drops fields that the definition does not know: then nobody could follow. */
const checkDefinition = async ({ client, context }: Pick<OpenCluster, 'client' | 'context'>, cluster: string, signal: AbortSignal) => {
  const name = `${noticeKind.plural}.${noticeKind.group}`;
  const definition = await client.find(customResourceDefinitionKind, { name }, { signal });
  if (JSON.stringify(definition ?? {}).includes('"rotations"')) return;
  throw new Failure(
    'InvalidInput',
    `Cluster "${cluster}" has definitions of a version that knows no rotations, so the others could not follow; upgrade the hub with "kubeslice install" and every member with "kubeslice join" first, this one with --context ${context}.`,
  );
};
