import { expect, it } from 'vitest';
import type { Notice } from '../../../api/notice/type.ts';
import { createBoardProgress } from './board-progress.ts';

const notice = (name: string, cluster: string): Notice => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: { name },
  spec: { cluster, kind: 'Cluster', subject: cluster, statement: '', signature: '' },
});
const { signal } = new AbortController();

it('is read when each notice of the first list was judged, whatever comes later', async () => {
  const shown = [notice('east.1', 'east'), notice('west.1', 'west')];
  const progress = createBoardProgress({ list: () => shown }, 'west');
  expect(progress.isRead()).toBe(false);
  const read = progress.read(signal);
  shown.push(notice('north.1', 'north'));
  progress.done('north.1');
  expect(progress.isRead()).toBe(false);
  progress.done('east.1');
  await read;
  expect(progress.isRead()).toBe(true);
});

it('is read at once when nobody else published anything', async () => {
  const progress = createBoardProgress({ list: () => [notice('west.1', 'west')] }, 'west');
  await progress.read(signal);
  expect(progress.isRead()).toBe(true);
});

it('stops waiting when it is cancelled', async () => {
  const progress = createBoardProgress({ list: () => [notice('east.1', 'east')] }, 'west');
  await expect(progress.read(AbortSignal.abort())).rejects.toMatchObject({ code: 'Interrupted' });
});

it('does not wait for an object without a spec', async () => {
  const { spec: _, ...bare } = notice('east.1', 'east');
  const progress = createBoardProgress({ list: () => [bare as Notice] }, 'west');
  await progress.read(signal);
  expect(progress.isRead()).toBe(true);
});
