import { podInterfacePrefix } from '../../values/pod-interface.ts';
import { hash8 } from '../../values/text/hash.ts';

/** Prefix of all our network namespaces. */
export const netnsPrefix = 'ks-';

/** Network namespace of a slice on a node. Slice names are DNS labels, so the name is a valid file name. */
export const sliceNetns = (slice: string): string => `${netnsPrefix}${slice}`;

/** Tunnel interface of a slice on a node: 10 characters, of the 15 that the kernel allows. */
export const tunnelInterface = (slice: string, node: string): string => `ks${hash8(`${slice}/${node}`)}`;

/** The end of a pod's interface that is in the slice's namespace. */
export const podHostInterface = (slice: string, podUid: string): string => `${podInterfacePrefix}${hash8(`${slice}/${podUid}`)}`;
