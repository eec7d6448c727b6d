import { budgets } from '../../api/budgets.ts';
import { exchange } from '../../api/groups.ts';
import { clusterLabel, managedBy, managedByLabel, sliceLabel, statementLabel, weightLabel } from '../../api/labels.ts';
import { maxStatementBytes } from '../../api/notice/schema.ts';
import { maxNotices } from '../../api/notice/type.ts';
import { clusterOf, isWorker } from './callers.ts';
import { planPolicy } from './policy.ts';

/** Maximum number of field managers of one notice: the API server stores the list with the object, and it grows with each name. */
const maxWriters = 8;

const isOwn = (which: string): string =>
  `${which}.spec.cluster == variables.cluster && ${which}.metadata.name.startsWith(variables.cluster + '.')`;

const labels: Readonly<Record<string, string>> = {
  [clusterLabel]: 'variables.cluster',
  [statementLabel]: 'object.spec.kind.lowerAscii()',
  [managedByLabel]: `'${managedBy}'`,
};

const labelsAsTheyMustBe = [
  `size(variables.labels) == ${Object.keys(labels).length + 1} + (variables.weight == '' ? 0 : 1)`,
  `'${sliceLabel}' in variables.labels`,
  ...Object.entries(labels).map(([label, value]) => `'${label}' in variables.labels && variables.labels['${label}'] == ${value}`),
].join(' && ');

/**
 * What a worker may write to a board: only its own notices, under names that are known beforehand, so that their number and size are bounded, and
 * nothing that could keep or hide a notice after the worker is removed.
 */
export const noticePolicy = planPolicy({
  name: 'kubeslice-notices',
  rules: [{ apiGroups: [exchange.group], apiVersions: ['*'], resources: ['notices'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
  conditions: isWorker,
  variables: [
    clusterOf('kubeslice-worker-'),
    { name: 'slot', expression: "object == null ? '' : object.metadata.name.substring(size(variables.cluster) + 1)" },
    { name: 'labels', expression: 'object == null ? {} : object.metadata.?labels.orValue({})' },
    { name: 'weight', expression: `'${weightLabel}' in variables.labels ? variables.labels['${weightLabel}'] : ''` },
    { name: 'farewells', expression: 'object == null ? [] : object.spec.?farewells.orValue([])' },
    { name: 'rotations', expression: 'object == null ? [] : object.spec.?rotations.orValue([])' },
  ],
  validations: [
    ...['object', 'oldObject'].map((which) => ({
      expression: `${which} == null || (${isOwn(which)})`,
      messageExpression: `'the worker of cluster ' + variables.cluster + ' may write only its own notices, and this one is called "' + ${which}.metadata.name + '" with spec.cluster "' + ${which}.spec.cluster + '"'`,
      reason: 'Forbidden' as const,
    })),
    {
      expression: `object == null || (variables.slot.matches('^(0|[1-9][0-9]{0,3})$') && int(variables.slot) < ${maxNotices})`,
      messageExpression: `'a notice of cluster ' + variables.cluster + ' is called "' + variables.cluster + '.<number>" with a number below ${maxNotices}, and this one is called "' + object.metadata.name + '"'`,
      reason: 'Forbidden',
    },
    {
      expression: `object == null || (${labelsAsTheyMustBe})`,
      message: `A notice has exactly the labels ${clusterLabel} (its cluster), ${sliceLabel}, ${statementLabel} (its kind in lower case), ${managedByLabel} and ${weightLabel}.`,
      reason: 'Forbidden',
    },
    {
      // A notice without it counts as the heaviest: workers of earlier versions do not set it.
      expression: `object == null || variables.weight == '' || (variables.weight.matches('^[1-9]$') && int(variables.weight) >= 1 + (size(object.spec.statement) + variables.farewells.map(one, size(one.statement)).sum() + variables.rotations.map(one, size(one.newWithOld) + size(one.oldWithNew)).sum()) / ${budgets.rateBytes})`,
      message: `Label ${weightLabel} of a notice is a digit: 1, and 1 more for each ${budgets.rateBytes} characters of its statement and the farewells and rotations beside it.`,
      reason: 'Forbidden',
    },
    {
      expression: `object == null || (${['finalizers', 'ownerReferences', 'annotations'].map((field) => `size(object.metadata.?${field}.orValue(${field === 'annotations' ? '{}' : '[]'})) == 0`).join(' && ')})`,
      message: 'A notice has no finalizers, owner references or annotations.',
      reason: 'Forbidden',
    },
    {
      expression: `object == null || (size(bytes(object.spec.statement)) + variables.farewells.map(one, size(bytes(one.statement))).sum() + variables.rotations.map(one, size(bytes(one.newWithOld)) + size(bytes(one.oldWithNew))).sum() <= ${maxStatementBytes} && size(object.metadata.?managedFields.orValue([])) <= ${maxWriters})`,
      message: `A statement has at most ${maxStatementBytes} bytes, together with the farewells and rotations beside it, and a notice at most ${maxWriters} field managers.`,
      reason: 'Forbidden',
    },
  ],
});
