import { expect, it } from 'vitest';
import type { Condition } from '../../api/condition.ts';
import { transitions } from './transitions.ts';

const condition = (status: 'True' | 'False', reason: string, message = 'm', type = 'Ready'): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

it.each([
  ['what is new', undefined, [condition('True', 'Ready')], ['Normal Ready']],
  ['what broke', [condition('True', 'Ready')], [condition('False', 'LinkDown')], ['Warning LinkDown']],
  ['another reason', [condition('False', 'LinkDown')], [condition('False', 'ConnectionLost')], ['Warning ConnectionLost']],
  ['what is on its way', [condition('True', 'Ready')], [condition('False', 'LinksPending')], ['Normal LinksPending']],
  ['not another message', [condition('False', 'LinkDown', 'a')], [condition('False', 'LinkDown', 'b')], []],
  [
    'each type by itself',
    [condition('True', 'Ready')],
    [condition('True', 'Ready'), condition('True', 'Accepted', 'm', 'Valid')],
    ['Normal Accepted'],
  ],
  ['a conflict', undefined, [condition('True', 'ExportConflict', 'm', 'Conflict')], ['Warning ExportConflict']],
  [
    'its end',
    [condition('True', 'ExportConflict', 'm', 'Conflict')],
    [condition('False', 'Exported', 'm', 'Conflict')],
    ['Normal Exported'],
  ],
  ['not what is gone', [condition('True', 'Ready')], undefined, []],
] as const)('tells %s', (_, before, after, expected) => {
  expect(transitions(before, after).map(({ type, reason }) => `${type} ${reason}`)).toEqual(expected);
});
