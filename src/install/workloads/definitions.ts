import { hubNamespace, memberNamespace } from '../../api/places.ts';
import type { PolicyRule } from '../../values/builtin/rbac.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { planCrds, type Side } from '../crds.ts';
import type { CommonOptions, Placement } from '../options.ts';
import { planAccount, read } from '../rights/account.ts';
import { planAboutCrd, planMcsCrds } from '../upstream-crds.ts';
import { planJob } from './job.ts';

/** Time limit in seconds. */
const deadlineSeconds = 240;

const rightsOf = (side: Side): readonly PolicyRule[] => {
  const apiGroups = ['apiextensions.k8s.io'];
  const resources = ['customresourcedefinitions'];
  return [
    {
      apiGroups,
      resources,
      resourceNames: [...planCrds(side), ...(side === 'member' ? [...planMcsCrds(), planAboutCrd()] : [])].map(
        ({ metadata }) => metadata.name,
      ),
      verbs: [...read, 'patch'],
    },
    // Creation cannot be limited by name.
    { apiGroups, resources, verbs: ['create'] },
  ];
};

/**
 * Updates the kinds of a side to the version of the image before a tool installs or upgrades the rest: a Job with an account that exists as long as
 * the Job. Tools that install a folder of definitions do not update existing ones.
 */
export const planDefinitions = (side: Side, options: CommonOptions, placement: Placement): KubernetesObject[] => {
  const component = `${side}-definitions` as const;
  const namespace = side === 'hub' ? hubNamespace : memberNamespace;
  const account = planAccount(component, namespace, { everywhere: rightsOf(side), in: {} });
  return [...account, planJob({ component, namespace, options, placement, args: ['definitions', side], deadlineSeconds, retries: 2 })];
};
