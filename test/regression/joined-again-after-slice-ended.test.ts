import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clusterKind, membershipKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace, trustConfigMap } from '../../src/api/places.ts';
import { publishFarewell } from '../../src/cli/steps/removing/farewell.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { configMapKind } from '../../src/kubernetes/kinds.ts';
import {
  agentSpeaks,
  beginExample,
  eastOffers,
  endExample,
  endpoints,
  fleet,
  offer,
  runPod,
  slice,
  wait,
  west,
} from '../clusters/example.ts';
import type { Member } from '../clusters/fleet.ts';

/*
 * A cluster that left while it was in no slice, because its slice had been deleted before, signed its farewell to nobody: members that knew it refused
 * its next authority in every slice until an administrator of each ran "trust forget".
 */

const { signal } = new AbortController();
const pinned = () => west.api.read(configMapKind, { namespace: memberNamespace, name: trustConfigMap })?.data?.east;
const peersOfEast = () => west.api.objects(slicePeerKind).flatMap(({ spec }) => (spec.cluster === 'east' ? [spec.node] : []));

/** Deletes the slice, as its controller does it to the end. */
const endSlice = async (): Promise<void> => {
  fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
  await vi.waitFor(() => expect(fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' })).toBeUndefined(), wait);
  for (const member of fleet.members.values()) {
    await vi.waitFor(() => {
      for (const node of member.api.objects(sliceNodeKind)) member.api.remove(sliceNodeKind, node.metadata);
      expect(member.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })).toBeUndefined();
    }, wait);
  }
  // They are forgotten after a week.
  for (const { metadata } of fleet.hub.objects(membershipKind)) fleet.hub.remove(membershipKind, metadata);
};

/** Takes east out as `kubeslice leave` does, or as somebody who only deletes its objects. */
const leave = async (member: Member, farewell: boolean): Promise<void> => {
  await member.stop();
  fleet.hub.remove(clusterKind, { namespace: 'default', name: 'east' });
  await vi.waitFor(() => expect(fleet.hub.read(clusterKind, { namespace: 'default', name: 'east' })).toBeUndefined(), wait);
  const [own, hub] = [member.api, fleet.hub].map(({ connection }) => createClient(connection, { fieldManager: 'kubeslice' }));
  if (own === undefined || hub === undefined) throw new Error('no clients');
  if (farewell) await publishFarewell({ member: own, hub, cluster: 'east', namespace: 'default' }, Date.now(), signal);
  own.close();
  hub.close();
  await member.api.stop();
};

const joinAgain = async (): Promise<Member> => {
  const again = await fleet.join('east', ['again']);
  fleet.hub.put(sliceKind, { ...slice, metadata: { ...slice.metadata, uid: 'slice-uid-2' } });
  for (const member of [again, west]) {
    await vi.waitFor(() => expect(member.api.objects(sliceNodeKind).length).toBeGreaterThan(0), wait);
    agentSpeaks(member);
  }
  runPod(again, 'b');
  offer(again);
  return again;
};

beforeEach(beginExample);
afterEach(endExample);

describe('a cluster that left after its slice had ended', () => {
  it('is believed by who knew it when it joins again, since it handed over its farewell', async () => {
    await eastOffers();
    const first = pinned();
    await endSlice();
    const east = fleet.members.get('east');
    if (east === undefined) throw new Error('no east');
    await leave(east, true);
    const again = await joinAgain();
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(1), wait);
    expect(endpoints(west)).toEqual(endpoints(again));
    expect(peersOfEast()).toEqual(['again']);
    expect(pinned()).not.toBe(first);
  });

  it('is not believed when it left without one, whatever the hub shows', async () => {
    await eastOffers();
    const first = pinned();
    await endSlice();
    const east = fleet.members.get('east');
    if (east === undefined) throw new Error('no east');
    await leave(east, false);
    await joinAgain();
    const condition = () =>
      west.api
        .read(sliceKind, { namespace: memberNamespace, name: 'app' })
        ?.status?.conditions?.find(({ type }) => type === 'StatementsVerified');
    await vi.waitFor(() => expect(condition()?.message).toContain('trust accept east'), wait);
    expect(peersOfEast()).toEqual([]);
    expect(pinned()).toBe(first);
  });
});
