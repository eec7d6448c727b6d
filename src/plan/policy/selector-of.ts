import type { AccessPeer } from '../../api/accesspolicy/type.ts';
import type { LabelSelector } from '../../values/builtin/label-selector.ts';
import type { AccessSelector } from './access.ts';

type StoredSelector = NonNullable<AccessPeer['podSelector']>;

/** A label selector of an object, with the fields that are set. */
export const labelSelectorOf = ({ matchLabels, matchExpressions }: StoredSelector): LabelSelector => ({
  ...(matchLabels === undefined ? {} : { matchLabels }),
  ...(matchExpressions === undefined
    ? {}
    : {
        matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
          key,
          operator,
          ...(values === undefined ? {} : { values }),
        })),
      }),
});

/** A selector of an object, with the fields that are set. */
export const selectorOf = ({ clusters, namespaces, serviceAccounts, podSelector }: AccessPeer): AccessSelector => ({
  ...(clusters === undefined ? {} : { clusters }),
  ...(namespaces === undefined ? {} : { namespaces }),
  ...(serviceAccounts === undefined ? {} : { serviceAccounts }),
  ...(podSelector === undefined ? {} : { podSelector: labelSelectorOf(podSelector) }),
});
