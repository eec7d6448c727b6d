import { memberNamespace } from '../../api/places.ts';
import { componentName } from '../../install/metadata.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind, deploymentKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import { joinedName } from './joined-name.ts';
import { placeOfPart } from './parts.ts';

/** The evidence that a cluster is a member: its name on the hub, if it can be read. */
export interface InstalledMember {
  readonly cluster: string | undefined;
}

/** Whether a cluster is a member, even with an incomplete installation; undefined when it is not. */
export const findMember = async (client: Client, signal: AbortSignal): Promise<InstalledMember | undefined> => {
  // A user who may not read the Secret still learns that the cluster is a member.
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
