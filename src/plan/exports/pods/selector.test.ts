import { expect, it } from 'vitest';
import type { LabelSelector } from '../../../values/builtin/label-selector.ts';
import { selects } from './selector.ts';

const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', values?: string[]): LabelSelector => ({
  matchExpressions: [{ key: 'tier', operator, ...(values === undefined ? {} : { values }) }],
});

it.each<[string, LabelSelector, boolean, boolean, boolean]>([
  // selector                                       tier=web  tier=db  no tier
  ['empty', {}, true, true, true],
  ['matchLabels', { matchLabels: { tier: 'web' } }, true, false, false],
  ['In', expression('In', ['web', 'api']), true, false, false],
  ['NotIn', expression('NotIn', ['web']), false, true, true],
  ['Exists', expression('Exists'), true, true, false],
  ['DoesNotExist', expression('DoesNotExist'), false, false, true],
  ['all parts must hold', { matchLabels: { tier: 'web' }, ...expression('NotIn', ['web']) }, false, false, false],
])('%s', (_, selector, web, db, none) => {
  expect([selects(selector, { tier: 'web' }), selects(selector, { tier: 'db' }), selects(selector)]).toEqual([web, db, none]);
});
