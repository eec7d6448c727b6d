import { maxRotations } from '../api/rotations.ts';
import { Failure } from '../values/failure.ts';
import { type AuthorityFiles, openAuthority } from './authority.ts';
import { createAuthority } from './create-authority.ts';
import type { RootOwner } from './root.ts';
import { crossSign } from './rotation.ts';
import { joinedCertificate } from './stored-authority.ts';

/**
 * A new authority in place of the present one, which signs it. The key of the present one is not part of the result, and is needed no more. `now` is in
 * milliseconds since 1970; `random` supplies serial numbers.
 * Throws `InvalidInput` when the cluster has rotated {@link maxRotations} times: others could not follow from the authority with which it joined.
 */
export const rotateAuthority = async (
  files: AuthorityFiles,
  owner: RootOwner,
  now: number,
  random: (bytes: number) => Uint8Array,
): Promise<AuthorityFiles> => {
  const before = openAuthority(files, owner);
  if (before.rotations.length >= maxRotations)
    throw new Failure(
      'InvalidInput',
      `The authority of cluster "${owner.cluster}" was rotated ${maxRotations} times already, and others follow no longer list; let the cluster leave with "kubeslice leave" and join again, which makes another authority.`,
    );
  const next = await createAuthority(owner, now, random);
  const rotation = crossSign(before, openAuthority(next, owner), now, random);
  return { ...next, rotations: [...before.rotations, rotation], joined: joinedCertificate(files) };
};
