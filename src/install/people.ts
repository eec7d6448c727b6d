import { controller, exchange, networking } from '../api/groups.ts';
import type { PolicyRule, Role } from '../values/builtin/rbac.ts';
import { read } from './account.ts';
import type { Side } from './crds.ts';
import { metadata } from './metadata.ts';

/** Who a role is for. */
export type Person = 'view' | 'edit' | 'metrics-reader';

/** Verbs by which people make, change and remove objects of their own. */
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/**
 * What people may do beside cluster administrators, by side. It is added to the roles `view`, `edit` and `admin` of Kubernetes, and can be bound by
 * itself. Nobody gets Secrets, memberships or credential requests; statements and what agents and workers write can be read and never written.
 */
const rules: Readonly<Record<Side, Readonly<Record<Exclude<Person, 'metrics-reader'>, readonly PolicyRule[]>>>> = {
  hub: {
    view: [
      { apiGroups: [networking.group], resources: ['slices'], verbs: read },
      { apiGroups: [controller.group], resources: ['projects', 'clusters'], verbs: read },
      // Status of links and services is made from them. They stand in namespaces of their own, so only who may see all namespaces reads them.
      { apiGroups: [exchange.group], resources: ['notices'], verbs: read },
    ],
    edit: [{ apiGroups: [networking.group], resources: ['slices'], verbs: write }],
  },
  member: {
    view: [
      {
        apiGroups: [networking.group],
        resources: ['serviceexports', 'serviceimports', 'slices', 'slicenodes', 'slicepeers'],
        verbs: read,
      },
      // What the others state, as this cluster accepted it: nodes and services of the slice are shown from it.
      { apiGroups: [exchange.group], resources: ['notices'], verbs: read },
    ],
    edit: [{ apiGroups: [networking.group], resources: ['serviceexports'], verbs: write }],
  },
};

/** The roles of Kubernetes that a role is added to: `edit` has all of `view`, and `admin` all of `edit`. */
const aggregatedTo = { view: ['view', 'edit', 'admin'], edit: ['edit', 'admin'], 'metrics-reader': [] } as const;

/** Name of a ClusterRole for people. It has the side in it, for a cluster may be hub and member at once. */
export const peopleRole = (side: Side, person: Person): string => `kubeslice-${side}-${person}`;

const readMetrics: readonly PolicyRule[] = [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }];

/** The ClusterRoles for people on one side. */
export const planPeople = (side: Side): Role[] =>
  (['view', 'edit', 'metrics-reader'] as const).map((person) => {
    const own = metadata(peopleRole(side, person));
    const aggregation = aggregatedTo[person].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']);
    return {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { ...own, labels: { ...own.labels, ...Object.fromEntries(aggregation) } },
      rules: person === 'metrics-reader' ? readMetrics : rules[side][person],
    };
  });
