import { expect, vi } from 'vitest';
import { clusterKind, membershipKind } from '../../src/api/kinds.ts';
import { hasEnded } from '../../src/api/membership/type.ts';
import { publishFarewell } from '../../src/cli/steps/removing/farewell.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { fleet, wait } from './example.ts';
import type { Member } from './fleet.ts';

const { signal } = new AbortController();

/** Takes a member of the example out as `kubeslice leave` does. */
export const leave = async (member: Member): Promise<void> => {
  const { name } = member;
  await member.stop();
  fleet.hub.remove(clusterKind, { namespace: 'default', name });
  const ended = () => fleet.hub.objects(membershipKind).filter(({ spec }) => spec.cluster === name);
  await vi.waitFor(() => expect(ended().map(hasEnded)).toEqual([true]), wait);
  await vi.waitFor(() => expect(fleet.hub.read(clusterKind, { namespace: 'default', name })).toBeUndefined(), wait);
  const [own, hub] = [member.api, fleet.hub].map(({ connection }) => createClient(connection, { fieldManager: 'kubeslice' }));
  if (own === undefined || hub === undefined) throw new Error('no clients');
  await publishFarewell({ member: own, hub, cluster: name, namespace: 'default' }, Date.now(), signal);
  own.close();
  hub.close();
  await member.api.stop();
};
