import { controller, exchange, multicluster, networking } from '../../api/groups.ts';
import type { PolicyRule, Role } from '../../values/builtin/rbac.ts';
import type { Side } from '../crds.ts';
import { metadata } from '../metadata.ts';
import { read } from './account.ts';

/** The people for whom a role is. */
export type Person = 'view' | 'edit' | 'metrics-reader';

/** Verbs to create, change and delete objects. */
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/**
 * The rights of people other than cluster administrators, by side. They are added to the roles `view`, `edit` and `admin` of Kubernetes, and can be
 * bound on their own. No role includes Secrets, memberships or credential requests; statements and objects of agents and workers can be read but
 * never written.
 */
const rules: Readonly<Record<Side, Readonly<Record<Exclude<Person, 'metrics-reader'>, readonly PolicyRule[]>>>> = {
  hub: {
    view: [
      { apiGroups: [networking.group], resources: ['slices', 'accesspolicies'], verbs: read },
      { apiGroups: [controller.group], resources: ['projects', 'clusters'], verbs: read },
      // Status of links and services is computed from notices. They are in namespaces of their own, so only people with access to all namespaces read
      // them.
      { apiGroups: [exchange.group], resources: ['notices'], verbs: read },
    ],
    edit: [{ apiGroups: [networking.group], resources: ['slices', 'accesspolicies'], verbs: write }],
  },
  member: {
    view: [
      {
        apiGroups: [networking.group],
        resources: ['accesspolicies', 'serviceexports', 'serviceimports', 'slices', 'slicenodes', 'slicepeers'],
        verbs: read,
      },
      { apiGroups: [multicluster.group], resources: ['serviceexports', 'serviceimports'], verbs: read },
      // The accepted notices of other clusters: nodes and services of the slice are shown from these.
      { apiGroups: [exchange.group], resources: ['notices'], verbs: read },
    ],
    edit: [
      { apiGroups: [networking.group], resources: ['accesspolicies', 'serviceexports'], verbs: write },
      { apiGroups: [multicluster.group], resources: ['serviceexports'], verbs: write },
    ],
  },
};

/** The Kubernetes roles that include a role: `edit` has all of `view`, and `admin` all of `edit`. */
const aggregatedTo = { view: ['view', 'edit', 'admin'], edit: ['edit', 'admin'], 'metrics-reader': [] } as const;

/** Name of a ClusterRole for people. It contains the side, because a cluster may be hub and member at once. */
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
