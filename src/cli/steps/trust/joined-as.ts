import { hubSecret, memberNamespace } from '../../../api/places.ts';
import type { RootOwner } from '../../../identity/root.ts';
import { secretKind } from '../../../kubernetes/kinds.ts';
import type { Client } from '../../../kubernetes/port.ts';

/** Name and project with which a member has joined; undefined when it has no credential for a hub. */
export const joinedAs = async (member: Pick<Client, 'find'>, signal: AbortSignal): Promise<RootOwner | undefined> => {
  const secret = await member.find(secretKind, { namespace: memberNamespace, name: hubSecret }, { signal });
  const [cluster, project] = ['cluster', 'project'].map((key) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8'));
  return cluster && project ? { cluster, project } : undefined;
};
