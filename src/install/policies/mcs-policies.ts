import { wellKnownProperties } from '../../api/about/kinds.ts';
import { about, multicluster, networking } from '../../api/groups.ts';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import { isAccount } from './callers.ts';
import { planPolicy } from './policy.ts';

/** Limits on what the worker writes for Kubernetes' multi-cluster APIs: its roles select kinds, and these policies the objects of its own. */

/** CEL: the object is derived from a ServiceExport of that API with the same name. */
const isDerived = (which: string): string =>
  `${which}.metadata.?ownerReferences.orValue([]).exists(o, o.kind == 'ServiceExport' && o.apiVersion.startsWith('${multicluster.group}/') && o.name == ${which}.metadata.name)`;

const exports = planPolicy({
  name: 'kubeslice-derived-exports',
  rules: [{ apiGroups: [networking.group], apiVersions: ['*'], resources: ['serviceexports'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  validations: ['object', 'oldObject'].map((which) => ({
    expression: `${which} == null || ${isDerived(which)}`,
    messageExpression: `'the worker of KubeSlice may write only ServiceExports that belong to one of ${multicluster.group}, and "' + ${which}.metadata.name + '" was written by somebody else'`,
    reason: 'Forbidden' as const,
  })),
});

const imports = planPolicy({
  name: 'kubeslice-mcs-imports',
  rules: [
    {
      apiGroups: [multicluster.group],
      apiVersions: ['*'],
      resources: ['serviceimports', 'serviceimports/status'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  validations: ['object', 'oldObject'].map((which) => ({
    expression: `${which} == null || ${which}.metadata.?labels[?'${managedByLabel}'].orValue('') == '${managedBy}'`,
    messageExpression: `'the worker of KubeSlice may write only ServiceImports of its own, and "' + ${which}.metadata.name + '" is not one of them'`,
    reason: 'Forbidden' as const,
  })),
});

const properties = planPolicy({
  name: 'kubeslice-cluster-properties',
  rules: [{ apiGroups: [about.group], apiVersions: ['*'], resources: ['clusterproperties'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  validations: ['object', 'oldObject'].map((which) => ({
    expression: `${which} == null || (${which}.metadata.name in ['${Object.values(wellKnownProperties).join("', '")}'] && ${which}.metadata.?labels[?'${managedByLabel}'].orValue('') == '${managedBy}')`,
    messageExpression: `'the worker of KubeSlice may write only properties of its own, and "' + ${which}.metadata.name + '" is not one of them'`,
    reason: 'Forbidden' as const,
  })),
});

/** The worker derives exports, and writes imports and properties of its own; what people or other implementations wrote stays. */
export const mcsPolicies = [...exports, ...imports, ...properties];
