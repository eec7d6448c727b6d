import { expect, it, vi } from 'vitest';
import type { Notice, NoticeSpec } from '../../../api/notice/type.ts';
import * as heads from '../../../exchange/notice/heads.ts';
import type { Change } from '../../../kubernetes/mirror.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import { followDigests } from './board-digests.ts';

const spec = (signature: string, cluster = 'east', kind: NoticeSpec['kind'] = 'Node'): NoticeSpec => ({
  cluster,
  kind,
  subject: 'n',
  statement: '{}',
  signature,
});

const board = () => {
  const changes = createEmitter<Change<Notice>>();
  const held = new Map<string, Notice>();
  const change = (name: string, next: NoticeSpec | undefined): void => {
    const previous = held.get(name);
    const object = { metadata: { name, namespace: 'board' }, spec: next ?? previous?.spec } as Notice;
    if (next === undefined) held.delete(name);
    else held.set(name, object);
    const type = next === undefined ? 'deleted' : previous === undefined ? 'added' : 'updated';
    changes.emit({ type, key: `board/${name}`, object, ...(previous && type === 'updated' ? { previous } : {}), initial: false });
  };
  return { digests: followDigests(changes), change };
};

it('is that of what the board shows, whatever changed before', () => {
  const { digests, change } = board();
  expect(digests.of('east')).toBe(heads.digestOfNotices([]));
  change('east.1', spec('a'));
  change('east.2', spec('b'));
  change('west.1', spec('c', 'west'));
  change('east.3', spec('r', 'east', 'Links'));
  expect(digests.of('east')).toBe(heads.digestOfNotices([spec('a'), spec('b')]));
  change('east.2', spec('d'));
  expect(digests.of('east')).toBe(heads.digestOfNotices([spec('a'), spec('d')]));
  expect(digests.of('west')).toBe(heads.digestOfNotices([spec('c')]));
  change('east.1', { ...spec('e'), subject: '\u0007' });
  expect(digests.of('east')).toBe(heads.digestOfNotices([spec('d')]));
  change('east.2', spec('d', 'west'));
  expect(digests.of('east')).toBe(heads.digestOfNotices([]));
  change('west.1', undefined);
  expect(digests.of('west')).toBe(heads.digestOfNotices([spec('d')]));
});

it('is made once for what does not change', () => {
  const made = vi.spyOn(heads, 'digestOfNotices');
  const { digests, change } = board();
  change('east.1', spec('a'));
  for (let times = 0; times < 10; times += 1) digests.of('east');
  expect(made).toHaveBeenCalledTimes(1);
  change('east.2', spec('b'));
  digests.of('east');
  expect(made).toHaveBeenCalledTimes(2);
  made.mockRestore();
});
