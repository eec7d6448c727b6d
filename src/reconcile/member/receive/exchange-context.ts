import { sliceLabel } from '../../../api/labels.ts';
import { membershipName } from '../../../api/membership/type.ts';
import type { ExchangeContext } from '../../../exchange/ledger/context.ts';
import { entryOf } from '../../../exchange/ledger/ledger.ts';
import { isFarewell } from '../../../exchange/notice/farewell.ts';
import { isTombstone } from '../../../exchange/statement/statement.ts';
import { isMembership } from '../../../plan/membership/granted.ts';
import { type Cidr, readCidr } from '../../../values/address/cidr.ts';
import { subnetLayout } from '../../../values/address/subnet-layout.ts';
import type { Session } from '../session/session.ts';

/** The blocks that a hub grants; an invalid block, which only a hostile hub writes, grants nothing. */
const blocksOf = (blocks: readonly string[]): Cidr[] =>
  blocks.flatMap((text) => {
    const cidr = readCidr(text);
    return 'fault' in cidr ? [] : [cidr];
  });

/** The current context in which statements of a session are judged. */
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
      const membership = members.get(`${hub.namespace}/${membershipName(grant.slice, cluster)}`);
      if (membership === undefined || !isMembership(membership)) return undefined;
      return { blocks: blocksOf(membership.spec.blocks), ended: membership.spec.ended !== undefined };
    },
    pinned: trust.rootOf,
    rotations: (cluster) => local.notices.byIndex('about', cluster).flatMap(({ spec }) => spec.rotations ?? []),
    orders: trust.orders,
    readRoot: trust.readRoot,
    departed: (cluster) => {
      // For this slice by the ledger: the mirror of stored notices may not show yet what was just accepted.
      const here = entryOf(session.ledger(), { kind: 'Cluster', cluster, subject: cluster })?.stated;
      const elsewhere = local.notices.byIndex('about', cluster).filter(({ metadata }) => metadata.labels?.[sliceLabel] !== grant.slice);
      const isKnown = here !== undefined || elsewhere.length > 0;
      return isKnown && (here === undefined || isTombstone(here)) && elsewhere.every(({ spec }) => isFarewell(spec));
    },
    holdExpired: grant.expiry !== 'Strict' && session.hubWasAway(),
    now,
  };
};
