import { membershipName } from '../../api/membership/type.ts';
import type { ExchangeContext } from '../../exchange/context.ts';
import { parseCidr } from '../../values/cidr.ts';
import { subnetLayout } from '../../values/subnet-layout.ts';
import type { Session } from './session.ts';

/** The circumstances of a session under which statements are judged, as they are now. */
export const exchangeContext = (session: Session): ExchangeContext => {
  const { grant, hub, members, trust, local, clock } = session;
  const { subnet, pods } = subnetLayout(grant.sliceSubnet);
  const now = clock.now();
  return {
    project: grant.project,
    slice: grant.slice,
    sliceUID: grant.sliceUID,
    cluster: hub.cluster,
    subnet,
    pods,
    namespaces: new Set(session.sliceNamespaces),
    member: (cluster) => {
      if (!members.isSynced()) return 'unknown';
      const spec = members.get(`${hub.namespace}/${membershipName(grant.slice, cluster)}`)?.spec;
      return spec === undefined ? undefined : { blocks: spec.blocks.map(parseCidr), ended: spec.ended !== undefined };
    },
    pinned: trust.rootOf,
    departed: (cluster) => {
      const about = local.notices.byIndex('about', cluster);
      return about.length > 0 && about.every(({ spec }) => spec.statement.includes('"withdrawn":true'));
    },
    holdExpired: grant.expiry !== 'Strict' && session.hubWasAway(),
    now,
  };
};
