import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import type { Verdict } from '../../api/condition.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';

/** What the conditions of a policy of an owner depend on. */
export interface OwnerPolicySnapshot {
  readonly policy: AccessPolicy;
  /** Namespaces of the slice here; undefined when this cluster has no such slice. */
  readonly namespaces: readonly string[] | undefined;
  /** Digest of the policies of the slice as this cluster knows them; undefined when one of them is invalid, so that no node takes them. */
  readonly digest: string | undefined;
  /** The SliceNodes of the slice. */
  readonly nodes: readonly SliceNode[];
}

/**
 * The conditions of a policy in a member cluster.
 *
 * ```
 * this cluster has no such slice                       Accepted False, SliceNotFound
 * the namespace is not one of the slice                Accepted False, NamespaceNotInSlice
 * it names clusters or namespaces of called pods       Accepted True, FieldsIgnored: it concerns its own namespace only
 * dryRun                                               Enforced False, DryRun
 * a node has not confirmed the current policies        Enforced False, NotEnforced
 * ```
 */
export const ownerPolicyVerdicts = ({ policy, namespaces, digest, nodes }: OwnerPolicySnapshot): Verdict[] => {
  const { spec, metadata } = policy;
  const named = JSON.stringify(spec.slice);
  const refused = (reason: Verdict['reason'], message: string): Verdict[] => [
    { type: 'Accepted', status: 'False', reason, message },
    { type: 'Enforced', status: 'False', reason, message },
  ];
  if (namespaces === undefined) return refused('SliceNotFound', `This cluster has no slice ${named}; the policy has no effect.`);
  if (!namespaces.includes(metadata.namespace ?? ''))
    return refused('NamespaceNotInSlice', `Slice ${named} does not have the namespace "${metadata.namespace}"; the policy has no effect.`);
  const ignored = spec.to?.clusters !== undefined || spec.to?.namespaces !== undefined;
  const accepted: Verdict = ignored
    ? {
        type: 'Accepted',
        status: 'True',
        reason: 'FieldsIgnored',
        message:
          'spec.to.clusters and spec.to.namespaces have no effect here: the policy concerns the pods of its own namespace in this cluster.',
      }
    : { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The policy is valid.' };
  return [accepted, enforced(spec.dryRun === true, digest, nodes)];
};

const enforced = (dryRun: boolean, digest: string | undefined, nodes: readonly SliceNode[]): Verdict => {
  const type = 'Enforced';
  if (dryRun) return { type, status: 'False', reason: 'DryRun', message: 'The policy has dryRun and changes no traffic.' };
  const running = nodes.filter(({ status }) => status?.publicKey !== undefined);
  const behind = running.filter(({ status }) => digest === undefined || status?.accessDigest !== digest).map(({ spec }) => spec.node);
  return behind.length === 0
    ? { type, status: 'True', reason: 'Enforced', message: `${running.length} of ${running.length} nodes enforce the current policies.` }
    : {
        type,
        status: 'False',
        reason: 'NotEnforced',
        message: `${running.length - behind.length} of ${running.length} nodes have confirmed the current policies; ${behind[0]} has not.`,
      };
};
