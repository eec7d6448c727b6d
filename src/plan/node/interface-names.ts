import { podInterfacePrefix } from '../../values/pod-interface.ts';
import { hash8 } from '../../values/text/hash.ts';
import { ipsecInterface } from '../../values/tunnel-driver.ts';
import type { SliceFacts } from '../facts/node-state.ts';

/** Prefix of all our network namespaces. */
export const netnsPrefix = 'ks-';

/** Network namespace of a slice on a node. Slice names are DNS labels, so the name is a valid file name. */
export const sliceNetns = (slice: string): string => `${netnsPrefix}${slice}`;

/** All names that the tunnel interface of a slice on a node can have; it has one of them. */
export const tunnelInterfaces = (slice: string, node: string): readonly string[] =>
  (['WireGuard', 'IPsec'] as const).map((driver) => tunnelInterface({ name: slice, driver }, node));

/** Tunnel interface of a slice on a node: 10 characters, of the 15 that the kernel allows. That of IPsec has one name in every slice. */
export const tunnelInterface = ({ name, driver }: Pick<SliceFacts, 'name' | 'driver'>, node: string): string =>
  driver === 'IPsec' ? ipsecInterface : `ks${hash8(`${name}/${node}`)}`;

/** The end of a pod's interface that is in the slice's namespace. */
export const podHostInterface = (slice: string, podUid: string): string => `${podInterfacePrefix}${hash8(`${slice}/${podUid}`)}`;
