import { expect, it } from 'vitest';
import type { Membership } from '../../../api/membership/type.ts';
import { noOrders } from '../../../exchange/trust/authority-orders.ts';
import { parseCidr } from '../../../values/address/cidr.ts';
import type { Session } from '../session/session.ts';
import { exchangeContext } from './exchange-context.ts';

const grant: Membership['spec'] = {
  project: 'default',
  slice: 'app',
  sliceUID: 'u',
  cluster: 'west',
  exchangeNamespace: 'board',
  sliceSubnet: '10.0.0.0/16',
  namespaces: ['app-ns'],
  blocks: [],
  driver: 'Auto',
};

const memberOf = (spec: unknown) => {
  const session = {
    grant,
    hub: { cluster: 'west', namespace: 'default' },
    members: {
      isSynced: () => true,
      get: (key: string) => (key === 'default/app.east' ? { metadata: { name: 'app.east' }, spec } : undefined),
    },
    trust: { rootOf: () => undefined, orders: () => noOrders },
    local: { notices: { byIndex: () => [] } },
    clock: { now: () => 0 },
    sliceNamespaces: ['app-ns'],
    hubWasAway: () => false,
  } as unknown as Session;
  return exchangeContext(session).member('east');
};

it('takes the blocks of a membership, and nothing from one that is malformed', () => {
  expect(memberOf({ ...grant, cluster: 'east', blocks: ['10.0.1.0/24'] })).toEqual({ blocks: [parseCidr('10.0.1.0/24')], ended: false });
  expect(memberOf({ ...grant, cluster: 'east', blocks: ['10.0.1.0/24', 'x'] })).toEqual({
    blocks: [parseCidr('10.0.1.0/24')],
    ended: false,
  });
  for (const spec of [undefined, {}, { ...grant, blocks: undefined }]) expect(memberOf(spec)).toBeUndefined();
});
