import { canonicalJson } from '../../values/text/canonical-json.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import type { AccessPolicyFacts, SliceAccess } from '../policy/access.ts';

/** Identifies all policies of a slice in a cluster, so that a node can confirm what it enforces. */
export const accessDigest = (access: SliceAccess): string => sha256Hex(JSON.stringify(access), 16);

/** Identifies the policies that the hub grants to a slice, so that a cluster can confirm what its nodes enforce. 16 hexadecimal digits. */
export const grantedDigest = (policies: readonly AccessPolicyFacts[]): string => sha256Hex(canonicalJson(policies), 16);
