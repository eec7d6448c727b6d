import { authoritySecret, memberNamespace } from '../../../api/places.ts';
import { type Authority, openAuthority } from '../../../identity/authority.ts';
import { readAuthorityData } from '../../../identity/stored-authority.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { secretKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import type { HubIdentity } from './hub.ts';

/** Opens this cluster's own authority, which was created when the cluster joined and never left it. */
export const readAuthority = async (local: Client, { cluster, project }: HubIdentity, signal: AbortSignal): Promise<Authority> => {
  const { data } = await local.get(secretKind, { namespace: memberNamespace, name: authoritySecret }, { signal });
  const files = readAuthorityData(data);
  if (files !== undefined) return openAuthority(files, { cluster, project });
  throw new Failure(
    'InvalidInput',
    `Secret ${memberNamespace}/${authoritySecret} has no "tls.crt" or no "tls.key"; join the cluster again with "kubeslice join".`,
  );
};
