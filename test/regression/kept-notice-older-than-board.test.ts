import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noticeKind } from '../../src/api/kinds.ts';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, notices, runPod, wait, west } from '../clusters/example.ts';

/*
 * A worker ended after the board had its latest notice and before its own cluster kept it, or its cluster was restored from an older copy. What it
 * found kept was what it wanted to say again, so it put the older notice on the board, which everybody refused for its serial: the others went by
 * the later one for days.
 */

beforeEach(beginExample);
afterEach(endExample);

/** The notice that east keeps of its export, once it is the one on the board: publishing does not wait for keeping. */
const keptExport = () =>
  vi.waitFor(() => {
    const [found] = east.api.objects(noticeKind).filter(({ spec }) => spec.kind === 'Export' && spec.cluster === 'east');
    if (found === undefined) throw new Error('no notice is kept');
    expect(found.spec.statement).toBe(notices('Export')[0]?.spec.statement);
    return found;
  }, wait);

it('a cluster whose kept notice is older than the board states it anew', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/true$/)]), wait);
  const older = await keptExport();
  runPod(east, 'a', false);
  await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/false$/)]), wait);
  const later = await keptExport();
  expect(later.spec.statement).not.toBe(older.spec.statement);
  await east.stop();
  east.api.put(noticeKind, { ...later, spec: older.spec });
  runPod(east, 'a', true);
  east.start();
  await fleet.soon(() => expect(endpoints(west)).toEqual([expect.stringMatching(/true$/)]), { withinMs: 10_000 });
});
