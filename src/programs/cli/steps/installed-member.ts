import { memberNamespace } from '../../../api/places.ts';
import { componentName } from '../../../install/metadata.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { daemonSetKind, deploymentKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import { joinedName } from './joined-name.ts';
import { placeOfPart } from './parts.ts';

/** What shows that a cluster is a member: the name under which it has joined, where that can be read. */
export interface InstalledMember {
  readonly cluster: string | undefined;
}

/** Whether a cluster is a member, also one whose installation was never finished; undefined when it is none. */
export const findMember = async (client: Client, signal: AbortSignal): Promise<InstalledMember | undefined> => {
  // Who may not read the Secret still learns what the cluster is.
  const cluster = await joinedName(client, signal).catch((error: unknown) => {
    if (Failure.is(error, 'Forbidden')) return undefined;
    throw error;
  });
  const programs = await Promise.all([
    client.find(deploymentKind, { namespace: memberNamespace, name: componentName('worker') }, { signal }),
    client.find(daemonSetKind, placeOfPart('member'), { signal }),
  ]);
  return cluster === undefined && programs.every((program) => program === undefined) ? undefined : { cluster };
};
