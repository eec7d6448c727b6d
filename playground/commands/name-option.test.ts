import { expect, test } from 'vitest';
import { playgroundName } from './name-option.ts';

test.each([
  ['what is asked for', { name: 'a' }, { KUBESLICE_PLAYGROUND: 'b' }, 'a'],
  ['the one that the shell has entered', {}, { KUBESLICE_PLAYGROUND: 'b' }, 'b'],
  ['an empty variable counts as unset', {}, { KUBESLICE_PLAYGROUND: '' }, 'default'],
  ['the default', {}, {}, 'default'],
])('%s', (_, options, env, name) => {
  expect(playgroundName({ options, env })).toBe(name);
});
