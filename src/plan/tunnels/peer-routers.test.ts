import { expect, it } from 'vitest';
import { type KnownPeer, routersToAsk } from './peer-routers.ts';

const peer = (router: string, link: KnownPeer['link'], cluster = 'east'): KnownPeer => ({ cluster, router, link });

it.each<[string, readonly KnownPeer[], readonly string[]]>([
  ['none of a cluster without nodes', [peer('10.0.2.1', 'Up', 'north')], []],
  ['none whose link is down or suspect', [peer('10.0.1.1', 'Down'), peer('10.0.1.2', 'Suspect')], []],
  ['those first whose link is up', [peer('10.0.1.1', 'Pending'), peer('10.0.1.2', 'Up')], ['10.0.1.2', '10.0.1.1']],
  ['those whose link nobody has judged', [peer('10.0.1.1', undefined)], ['10.0.1.1']],
  ['three at the most', ['4', '2', '3', '1'].map((last) => peer(`10.0.1.${last}`, 'Up')), ['10.0.1.1', '10.0.1.2', '10.0.1.3']],
])('asks %s', (_, peers, expected) => {
  expect(routersToAsk(peers, 'east')).toEqual(expected);
  expect(routersToAsk(peers.toReversed(), 'east')).toEqual(expected);
});
