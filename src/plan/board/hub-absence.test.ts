import { expect, it } from 'vitest';
import { afterContact, type HubContactHistory, noContactYet, wasUnreachable } from './hub-absence.ts';

/** What is known after some changes of contact, each with its time. */
const after = (...changes: readonly (readonly ['lost' | 'found', number])[]): HubContactHistory =>
  changes.reduce((history, [contact, at]) => afterContact(history, contact, at), noContactYet);

it.each<[string, HubContactHistory, number, boolean]>([
  ['before the first contact', after(), 0, true],
  ['when the first contact fails', after(['lost', 5]), 6, true],
  ['in the ten minutes after the first contact', after(['found', 0]), 599_999, true],
  ['after that', after(['found', 0]), 600_000, false],
  ['in the first minute of an absence', after(['found', 0], ['lost', 600_000]), 660_000, false],
  ['after the first minute of an absence', after(['found', 0], ['lost', 600_000]), 660_001, true],
  ['after an absence of a minute', after(['found', 0], ['lost', 600_000], ['found', 660_000]), 660_000, false],
  ['in the ten minutes after a longer one', after(['found', 0], ['lost', 600_000], ['found', 660_001]), 1_260_000, true],
  ['after these', after(['found', 0], ['lost', 600_000], ['found', 660_001]), 1_260_001, false],
  ['when contact is lost twice, since the first loss', after(['found', 0], ['lost', 600_000], ['lost', 659_999]), 660_001, true],
])('the hub was away %s: statements may have expired unrenewed', (_, history, now, expected) =>
  expect(wasUnreachable(history, now)).toBe(expected),
);
