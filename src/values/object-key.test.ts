import { expect, it } from 'vitest';
import { objectKey, parseObjectKey } from './object-key.ts';

it.each([
  [{ name: 'red' }, 'red'],
  [{ name: 'red', namespace: 'default' }, 'default/red'],
])('%o is the key %s, and back', (name, key) => {
  expect(objectKey(name)).toBe(key);
  expect(parseObjectKey(key)).toEqual(name);
});

it('takes an empty namespace for none', () => {
  expect(objectKey({ name: 'red', namespace: '' })).toBe('red');
});
