import { ageColumn, type KindDefinition, nameIsLabel } from '../kind-definition.ts';
import { accessPolicyKind } from '../kinds.ts';
import { accessPolicySpec, accessPolicyStatus } from './schema.ts';

/** Kind `AccessPolicy`. */
export const accessPolicyDefinition: KindDefinition = {
  resource: accessPolicyKind,
  description:
    'An AccessPolicy determines who may call whom in a slice: on the hub for the whole slice, in a member cluster for the pods of its namespace. Both must allow.',
  shortNames: ['acp'],
  where: ['hub', 'member'],
  spec: accessPolicySpec,
  status: accessPolicyStatus,
  rules: [nameIsLabel],
  columns: [
    { name: 'Slice', type: 'string', jsonPath: '.spec.slice', description: 'Slice in which the policy holds.' },
    { name: 'Action', type: 'string', jsonPath: '.spec.action', description: 'Allow or Deny; empty is Allow.' },
    {
      name: 'Accepted',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Accepted")].status',
      description: 'Whether the policy is valid here.',
    },
    {
      name: 'Enforced',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Enforced")].status',
      description: 'Whether every node enforces it.',
    },
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Enforced")].message',
      description: 'Evidence.',
      priority: 1,
    },
    ageColumn,
  ],
};
