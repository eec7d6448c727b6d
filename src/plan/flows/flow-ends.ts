import { containsIp, parseCidr } from '../../values/address/cidr.ts';
import { readIp } from '../../values/address/ip.ts';
import type { PodFacts, SliceFacts } from '../facts/node-state.ts';
import type { AccessIdentity } from '../policy/access.ts';
import type { DeniedFlows, SeenFlows } from './counted-flow.ts';
import type { FlowEnd } from './node-flows.ts';

/** What a node knows, as its agent has stored it. */
export interface EndsSnapshot {
  readonly slice: SliceFacts;
  /** Pods of this node. */
  readonly pods: readonly PodFacts[];
  /** Address in the slice by UID of a pod. */
  readonly leases: Readonly<Record<string, string>>;
}

/** Every address of some flows, once, ascending. */
export const addressesOf = (denied: DeniedFlows | undefined, seen: SeenFlows | undefined): string[] => {
  const flows = [...(denied?.flows ?? []), ...(denied?.strays ?? []), ...(seen?.flows ?? [])];
  return [
    ...new Set([
      ...flows.flatMap(({ source, destination }) => [source, destination]),
      ...(denied?.crowded ?? []).map(({ source }) => source),
    ]),
  ].toSorted();
};

const identityOf = ({ namespace, serviceAccount, labels, labelKeys }: AccessIdentity): FlowEnd['identity'] => ({
  namespace,
  serviceAccount,
  labels: { ...labels },
  ...(labelKeys === undefined ? {} : { labelKeys: [...labelKeys] }),
});

/** What a node knows of some addresses: the same by which it compiles its policies. Router addresses of nodes are left out: no policy concerns them. */
export const flowEnds = (addresses: readonly string[], { slice, pods, leases }: EndsSnapshot): FlowEnd[] => {
  const own = new Map(pods.flatMap((pod) => (leases[pod.uid] === undefined ? [] : [[leases[pod.uid], pod]])));
  const blocks = [
    { blocks: slice.blocks, cluster: slice.access?.cluster, isOwn: true },
    ...slice.peers.map(({ blocks: of, cluster }) => ({ blocks: of, cluster, isOwn: false })),
  ].flatMap(({ blocks: of, ...rest }) => of.map((block) => ({ block: parseCidr(block), ...rest })));
  const stated = new Map(
    slice.peers.flatMap(({ pods: groups = [] }) => groups.flatMap((group) => group.addresses.map((address) => [address, group] as const))),
  );
  const routers = new Set(slice.peers.map(({ router }) => router));
  return addresses.flatMap((address) => {
    if (routers.has(address)) return [];
    const ip = readIp(address);
    const found = ip === undefined ? undefined : blocks.find(({ block }) => containsIp(block, ip));
    const pod = own.get(address);
    const group = stated.get(address);
    const known: AccessIdentity | undefined =
      pod === undefined
        ? group
        : pod.serviceAccount === undefined
          ? undefined
          : { namespace: pod.namespace, serviceAccount: pod.serviceAccount, labels: pod.labels ?? {} };
    return [
      {
        address,
        ...(found?.cluster === undefined ? {} : { cluster: found.cluster }),
        isOwn: found?.isOwn === true,
        ...(pod === undefined ? {} : { pod: `${pod.namespace}/${pod.name}` }),
        ...(known === undefined ? {} : { identity: identityOf(known) }),
      },
    ];
  });
};
