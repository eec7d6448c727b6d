import { beforeEach, describe, expect, it } from 'vitest';
import { maxNotices, type NoticeSpec } from '../../../api/notice/type.ts';
import { createPassedOn, type PassedOn } from './passed-on.ts';

const notice = (cluster: string, subject: string, statement = '{}'): NoticeSpec => ({
  cluster,
  kind: 'Node',
  subject,
  statement,
  signature: 's',
});

let passedOn: PassedOn;
let emitted: string[];
beforeEach(() => {
  passedOn = createPassedOn();
  emitted = [];
  passedOn.subscribe((name) => emitted.push(name));
});

describe('notices passed on', () => {
  it('are emitted, held until they are judged, and replaced by later ones', () => {
    const [first, later] = [notice('east', 'n1', '{"a":1}'), notice('east', 'n1', '{"a":2}')];
    passedOn.offer(first);
    passedOn.offer(later);
    const [name = ''] = emitted;
    expect(emitted).toEqual([name, name]);
    expect(name.startsWith('east.')).toBe(true);
    passedOn.done(name, first);
    expect(passedOn.get(name)).toBe(later);
    passedOn.done(name, later);
    expect(passedOn.get(name)).toBeUndefined();
  });

  it('of one cluster take the place of its oldest when there are too many, and of no other', () => {
    passedOn.offer(notice('west', 'n'));
    for (let index = 0; index <= maxNotices; index += 1) passedOn.offer(notice('east', `n${index}`));
    const [west = '', oldest = '', next = ''] = emitted;
    expect(passedOn.get(west)).toBeDefined();
    expect(passedOn.get(oldest)).toBeUndefined();
    expect(emitted.at(-1)).toBe(oldest);
    expect(passedOn.namesAbout(notice('east', 'n0'))).toEqual([]);
    expect(passedOn.namesAbout(notice('east', 'n1'))).toEqual([next]);
    expect(passedOn.namesAbout(notice('north', 'n1'))).toEqual([]);
    expect(passedOn.get(next)).toBeDefined();
    const again: string[] = [];
    passedOn.subscribe((name) => again.push(name));
    expect(again).toHaveLength(maxNotices + 1);
  });
});
