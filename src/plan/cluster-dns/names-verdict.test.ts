import { expect, it } from 'vitest';
import { type NamesSight, planNamesVerdict } from './names-verdict.ts';

const wired: NamesSight = {
  server: '10.96.7.7',
  nameservers: ['10.96.0.10'],
  ownTrouble: undefined,
  throughTrouble: undefined,
  refusal: undefined,
};

it.each<[string, Partial<NamesSight>, string, string]>([
  ['answered', {}, 'NamesAnswered', 'Cluster DNS (10.96.0.10) answers'],
  ['answered, though our configuration was refused: somebody wired it by hand', { refusal: 'no Corefile' }, 'NamesAnswered', 'answers'],
  ['not yet', { throughTrouble: 'ENOTFOUND' }, 'NamesPending', 'does not do so yet (ENOTFOUND)'],
  ['silent', { throughTrouble: 'ETIMEOUT' }, 'NamesPending', 'gives a pod no answer at all (ETIMEOUT)'],
  [
    'refused',
    { throughTrouble: 'ENOTFOUND', refusal: 'add by hand: x' },
    'NamesNotWired',
    'Pods cannot resolve names under slice.local: add by hand: x',
  ],
  [
    'our servers are down, which comes first',
    { throughTrouble: 'ESERVFAIL', ownTrouble: 'ETIMEOUT', refusal: 'x' },
    'DnsServersAway',
    'do not answer at 10.96.7.7 (ETIMEOUT)',
  ],
  ['no Service', { throughTrouble: 'ENOTFOUND', server: undefined }, 'DnsServersAway', 'have no address'],
])('%s', (_, seen, reason, message) => {
  const verdict = planNamesVerdict({ ...wired, ...seen });
  expect(verdict).toMatchObject({ type: 'NamesWired', status: reason === 'NamesAnswered' ? 'True' : 'False', reason });
  expect(verdict.message).toContain(message);
});
