import { hubSecret, memberNamespace } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { secretKind } from '../../kubernetes/kinds.ts';

/** The name of a member cluster on the hub; undefined when it has no credential for a hub. */
export const joinedName = async (member: Client, signal: AbortSignal): Promise<string | undefined> => {
  const secret = await member.find(secretKind, { namespace: memberNamespace, name: hubSecret }, { signal });
  return Buffer.from(secret?.data?.cluster ?? '', 'base64').toString('utf8') || undefined;
};
