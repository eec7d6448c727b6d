import { membershipKind, noticeKind } from '../../api/kinds.ts';
import { sliceLabel } from '../../api/labels.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';
import { podKind, serviceKind } from '../../kubernetes/kinds.ts';
import { createMirror } from '../../kubernetes/mirror.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Hub } from './hub.ts';
import type { LocalWorld } from './local-world.ts';

/** Mirrors of everything that concerns one slice only, on the hub and in its namespaces here; `onHubBack` hears when the board is read again. */
export const observeSlice = (hub: Hub, local: LocalWorld, grant: MembershipSpec, log: Log, onHubBack: () => void) => {
  const watched = { log, metrics: local.metrics };
  const here = { client: local.client, ...watched };
  const there = { client: hub.client, ...watched };
  const members = createMirror({
    ...there,
    kind: membershipKind,
    namespace: hub.namespace,
    labelSelector: `${sliceLabel}=${grant.slice}`,
  });
  const board = createMirror({
    ...there,
    kind: noticeKind,
    namespace: grant.exchangeNamespace,
    onContact: (contact) => (contact === 'found' ? onHubBack() : undefined),
  });
  const pods = new Map(grant.namespaces.map((namespace) => [namespace, createMirror({ ...here, kind: podKind, namespace })]));
  const services = new Map(grant.namespaces.map((namespace) => [namespace, createMirror({ ...here, kind: serviceKind, namespace })]));
  return { members, board, pods, services };
};
