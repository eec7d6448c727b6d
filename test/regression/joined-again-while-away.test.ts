import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace, trustConfigMap } from '../../src/api/places.ts';
import { configMapKind } from '../../src/kubernetes/kinds.ts';
import {
  agentSpeaks,
  beginExample,
  eastOffers,
  endExample,
  endpoints,
  fleet,
  notices,
  offer,
  runPod,
  wait,
  west,
} from '../clusters/example.ts';
import type { Member } from '../clusters/fleet.ts';
import { leave } from '../clusters/leaving.ts';

/*
 * A cluster that leaves and joins again writes its new claim over its farewell. Members whose worker was away in between never saw the farewell and
 * refused the new authority until an administrator of each ran "trust forget".
 */

/** Joins east again, with a new authority and another node; resolves when its node is on the board. */
const joinAgain = async (node: string): Promise<Member> => {
  const again = await fleet.join('east', [node]);
  await vi.waitFor(() => expect(again.api.objects(sliceNodeKind).length).toBe(1), wait);
  agentSpeaks(again);
  const stated = () => notices('Node').filter(({ spec }) => spec.cluster === 'east' && spec.subject === node);
  await vi.waitFor(() => expect(stated()).toHaveLength(1), wait);
  return again;
};

const peersOfEast = () =>
  west.api
    .objects(slicePeerKind)
    .filter(({ spec }) => spec.cluster === 'east')
    .map(({ spec }) => spec.node);
const refused = () =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'StatementsVerified');

beforeEach(beginExample);
afterEach(endExample);

describe('a cluster that left and joined again while the worker of another was away', () => {
  it.each([1, 2])('is a member again for that one, without a word of its administrator, after %i times', async (times) => {
    await eastOffers();
    await vi.waitFor(() => expect(peersOfEast()).toEqual(['node-1', 'node-2']), wait);
    const first = west.api.read(configMapKind, { namespace: memberNamespace, name: trustConfigMap })?.data?.east;
    await west.stop();
    let member = fleet.members.get('east');
    for (let time = 1; time <= times; time += 1) {
      if (member === undefined) throw new Error('no east');
      await leave(member);
      member = await joinAgain(`again-${time}`);
    }
    if (member === undefined) throw new Error('no east');
    runPod(member, 'b');
    offer(member);
    west.start();
    await vi.waitFor(() => expect(peersOfEast()).toEqual([`again-${times}`]), wait);
    await vi.waitFor(() => expect(endpoints(west)).toEqual(endpoints(member)), wait);
    expect(endpoints(west)).toHaveLength(1);
    expect(west.api.read(configMapKind, { namespace: memberNamespace, name: trustConfigMap })?.data?.east).not.toBe(first);
    await vi.waitFor(() => expect(refused()?.status).not.toBe('False'), wait);
    // What the first authority stated does not come back with a restart either.
    await west.stop();
    west.start();
    runPod(member, 'c');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(2), wait);
    expect(peersOfEast()).toEqual([`again-${times}`]);
  });
});
