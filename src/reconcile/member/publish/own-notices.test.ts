import { expect, it } from 'vitest';
import type { NoticeSpec } from '../../../api/notice/type.ts';
import { createController } from '../../../loop/controller.ts';
import { createOwnNotices, keepOwn } from './own-notices.ts';

const notice = (statement: string): NoticeSpec => ({ cluster: 'east', kind: 'Export', subject: 'ns/a', statement, signature: '' });

it('keeps the latest notice of those that were signed while a write was under way, and forgets a removed one', async () => {
  const writes: string[] = [];
  let finish = (): void => {};
  const kept = {
    list: () => [],
    keep: async ({ statement }: NoticeSpec) => {
      writes.push(statement);
      await new Promise<void>((resolve) => (finish = resolve));
    },
    forget: async ({ kind, subject }: Pick<NoticeSpec, 'kind' | 'subject'>) => void writes.push(`forgot ${kind} ${subject}`),
  };
  const own = createOwnNotices(kept, 'east');
  const published: string[] = [];
  own.subscribe((key) => published.push(own.get(key)?.statement ?? 'none'));
  const ending = new AbortController();
  const running = createController({ ...keepOwn(own, kept, 'east', 60_000), concurrency: 4 }).run(ending.signal);
  own.set(notice('1'));
  await expect.poll(() => writes).toEqual(['1']);
  own.set(notice('2'));
  own.set(notice('3'));
  // Whoever publishes does not wait for what is being written.
  expect(published).toEqual(['1', '2', '3']);
  finish();
  await expect.poll(() => writes).toEqual(['1', '3']);
  own.delete('Export/ns/a');
  finish();
  await expect.poll(() => writes).toEqual(['1', '3', 'forgot Export ns/a']);
  ending.abort();
  await running;
});
