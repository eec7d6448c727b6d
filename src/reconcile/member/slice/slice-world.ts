import { membershipKind, noticeKind } from '../../../api/kinds.ts';
import { sliceLabel, statementLabel } from '../../../api/labels.ts';
import type { MembershipSpec } from '../../../api/membership/type.ts';
import type { Notice } from '../../../api/notice/type.ts';
import { type Pod, podKind, serviceKind } from '../../../kubernetes/kinds.ts';
import { createMirror } from '../../../kubernetes/mirror.ts';
import { nodeNeededBy } from '../../../plan/facts/member-pod.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import { createNamespacedMirrors } from '../cluster/namespaced-mirrors.ts';
import type { Hub } from '../hub/hub.ts';

/** Index `node`: the node that the slice needs for a pod. */
const podIndexes = {
  node: (pod: Pod): string[] => {
    const node = nodeNeededBy(pod);
    return node === undefined ? [] : [node];
  },
};

/**
 * Mirrors of everything that concerns one slice only, on the hub and in its namespaces here; `onContact` is called when contact with the hub is lost
 * or restored.
 */
export const observeSlice = (
  hub: Hub,
  local: LocalWorld,
  grant: MembershipSpec,
  log: Log,
  onContact: (contact: 'lost' | 'found') => void,
  signal: AbortSignal,
) => {
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
    // Reports are for the hub: with them a worker would read the square of the number of clusters.
    labelSelector: `${statementLabel}!=links`,
    // A hostile hub may list an object without a spec.
    indexes: { cluster: ({ spec }: { readonly spec?: Notice['spec'] }) => (spec === undefined ? [] : [spec.cluster]) },
    onContact,
  });
  const pods = createNamespacedMirrors((namespace) => createMirror({ ...here, kind: podKind, namespace, indexes: podIndexes }), signal);
  const services = createNamespacedMirrors((namespace) => createMirror({ ...here, kind: serviceKind, namespace }), signal);
  return { members, board, pods, services };
};
