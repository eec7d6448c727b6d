import { expect, it } from 'vitest';
import { membershipAnnotation } from '../../api/labels.ts';
import type { Slice } from '../../api/slice/type.ts';
import { defaultNotes, pinNote } from './trust-notes.ts';

const slice = (access?: Slice['spec']['access'], annotations: Record<string, string> = {}): Slice =>
  ({
    apiVersion: 'v1',
    kind: 'Slice',
    metadata: { name: 'app', annotations },
    spec: access === undefined ? {} : { access },
  }) as Slice;
const deny = slice({ default: 'Deny' });
const allow = slice({ default: 'Allow' });
const kept = slice(undefined, { [membershipAnnotation]: '{"spec":{"access":{"default":"Deny"}}}' });

it.each<[string, Slice | undefined, Slice, string[]]>([
  ['a new slice that denies', undefined, deny, ['DefaultDenyPinned']],
  ['a new slice without policies', undefined, slice(), []],
  ['a slice that begins to deny', allow, deny, ['DefaultDenyPinned']],
  ['a slice that goes on to deny', deny, deny, []],
  ['one whose default is known by its annotation only', deny, kept, []],
  ['a slice that was opened', deny, allow, ['DefaultDenyEnded']],
  ['a slice whose access ended', kept, slice(), ['DefaultDenyEnded']],
])('reports the default that is kept: %s', (_, before, now, reasons) => {
  expect(defaultNotes(before, now).map(({ reason }) => reason)).toEqual(reasons);
});

it('distinguishes the first authority of a cluster from a new one', () => {
  expect(pinNote('west', 'sha256:b', undefined)).toMatchObject({ type: 'Normal', reason: 'AuthorityPinned' });
  expect(pinNote('west', 'sha256:b', 'sha256:a')).toMatchObject({ type: 'Warning', reason: 'AuthorityReplaced' });
  expect(pinNote('west', 'sha256:b', 'sha256:a').message).toContain('sha256:a');
});
