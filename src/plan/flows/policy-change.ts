import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { Failure } from '../../values/failure.ts';
import { ownerPolicyOf, slicePolicyFacts } from '../facts/access-facts.ts';
import type { PolicyChange } from './preview.ts';

/** Where a change would be written: a hub, for the namespace of a project there, a member, or a cluster that is both. */
export interface ChangeSide {
  /** Name of the member cluster; undefined on a hub that is none. */
  readonly member: string | undefined;
  /** Namespace of the project, in which policies are those of slices; undefined in a member that is no hub. */
  readonly project: string | undefined;
}

const isOfSlice = ({ project }: ChangeSide, namespace: string | undefined): boolean =>
  project !== undefined && (namespace ?? project) === project;

const noOwner = (name: string, { project }: ChangeSide): Failure =>
  new Failure(
    'InvalidInput',
    `AccessPolicy ${name} is not in the namespace ${project ?? ''} of the slices on this hub, and the context is no member; name a member with --context for a policy of an owner.`,
  );

const noNamespace = (name: string): Failure =>
  new Failure(
    'InvalidInput',
    `AccessPolicy ${name} names no namespace, and in a member it concerns the pods of its own; write metadata.namespace.`,
  );

/**
 * The change when a policy is written, as if it had no `dryRun`.
 *
 * @throws Failure InvalidInput for invalid fields, and for a policy that can be written neither on this hub nor in this member.
 */
export const changeByFile = (policy: AccessPolicy, side: ChangeSide): PolicyChange => {
  const { name, namespace } = policy.metadata;
  const { slice } = policy.spec;
  if (isOfSlice(side, namespace)) {
    const facts = slicePolicyFacts(name, policy.spec);
    if (facts === undefined)
      throw new Failure('InvalidInput', `AccessPolicy ${name} has an invalid field; see "kubectl explain accesspolicy.spec".`);
    return { scope: 'slice', name, cluster: undefined, written: { slice, policy: facts } };
  }
  const { member } = side;
  if (member === undefined) throw noOwner(name, side);
  if (namespace === undefined) throw noNamespace(name);
  const facts = ownerPolicyOf(member, policy);
  return { scope: 'owner', name: facts.name, cluster: member, written: { slice, policy: facts } };
};

/** The change when a policy ends: `name` of one of the slice, `namespace/name` of an owner's. @throws Failure InvalidInput as {@link changeByFile}. */
export const changeByName = (text: string, side: ChangeSide): PolicyChange => {
  const [namespace, name] = text.includes('/') ? text.split('/', 2) : [undefined, text];
  if (isOfSlice(side, namespace)) return { scope: 'slice', name: name ?? '', cluster: undefined, written: undefined };
  if (side.member === undefined) throw noOwner(text, side);
  if (namespace === undefined) throw noNamespace(text);
  return { scope: 'owner', name: text, cluster: side.member, written: undefined };
};
