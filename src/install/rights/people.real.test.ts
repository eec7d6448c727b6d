import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type RealApi, realPrograms, startRealApi } from '../../kubernetes/fixtures/real-api.ts';
import type { RoleBinding } from '../../values/builtin/rbac.ts';
import { type SubjectAccessReview, subjectAccessReviewKind } from '../../values/builtin/subject-access-review.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { planCrds, type Side } from '../crds.ts';
import { resourceKindOf } from '../kinds.ts';
import { type Person, peopleRole, planPeople } from './people.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: roles of people on a real API server: ${programs}`);

const signal = AbortSignal.timeout(110_000);
const sides: readonly Side[] = ['hub', 'member'];
const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
/** What is more than writing: each would let its owner become somebody else. */
const beyond: readonly (readonly [verb: string, group: string, resource: string])[] = [
  ...['roles', 'clusterroles'].flatMap((resource) =>
    ['escalate', 'bind'].map((verb) => [verb, 'rbac.authorization.k8s.io', resource] as const),
  ),
  ...['users', 'groups', 'serviceaccounts'].map((resource) => ['impersonate', '', resource] as const),
  ...['approve', 'sign', 'attest'].map((verb) => [verb, 'certificates.k8s.io', 'signers'] as const),
];

interface ApiResources {
  readonly resources: readonly { readonly name: string }[];
}

/** Every resource and subresource that the server has, as [group, resource]. */
const resourcesOf = async (client: Client): Promise<(readonly [group: string, resource: string])[]> => {
  const read = async <T>(path: string): Promise<T> => {
    const value = (await client.raw(path, { signal })) as T | string;
    return typeof value === 'string' ? (JSON.parse(value) as T) : value;
  };
  const { groups } = await read<{ groups: readonly { name: string; preferredVersion: { groupVersion: string } }[] }>('/apis');
  const lists = await Promise.all([
    read<ApiResources>('/api/v1').then(({ resources }) => resources.map(({ name }) => ['', name] as const)),
    ...groups.map(async ({ name: group, preferredVersion }) => {
      const { resources } = await read<ApiResources>(`/apis/${preferredVersion.groupVersion}`);
      return resources.map(({ name }) => [group, name] as const);
    }),
  ]);
  return lists.flat();
};

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('on a real API server', () => {
  let api: RealApi;
  let client: Client;
  let resources: (readonly [group: string, resource: string])[];
  /** What every account may do that is known at all. */
  let everybody: ReadonlySet<string>;

  const apply = (object: KubernetesObject): Promise<unknown> => client.apply(resourceKindOf(object), object, { signal, force: true });

  /** Binds a user to roles of both sides in the whole cluster: the most that anybody can have of them. */
  const bind = async (user: string, ...people: readonly Person[]): Promise<void> => {
    for (const side of sides) {
      for (const person of people) {
        const binding: RoleBinding = {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: `${user}-${side}-${person}` },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: peopleRole(side, person) },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
        };
        await apply(binding);
      }
    }
  };

  const may = async (user: string, spec: Omit<SubjectAccessReview['spec'], 'user' | 'groups'>): Promise<boolean> => {
    const review: SubjectAccessReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: { name: '' },
      spec: { ...spec, user, groups: ['system:authenticated'] },
    };
    return (await client.create(subjectAccessReviewKind, review, { signal })).status?.allowed === true;
  };

  /** Everything that a user may do with any resource in any namespace, as `verb group/resource`. */
  const rightsOf = async (user: string): Promise<Set<string>> => {
    const questions = [...resources.flatMap(([group, resource]) => verbs.map((verb) => [verb, group, resource] as const)), ...beyond];
    const found = new Set<string>();
    const askNext = async (): Promise<void> => {
      for (let next = questions.pop(); next !== undefined; next = questions.pop()) {
        const [verb, group, name] = next;
        const [resource = '', subresource] = name.split('/');
        const resourceAttributes = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) };
        if (await may(user, { resourceAttributes })) found.add(`${verb} ${group}/${name}`);
      }
    };
    await Promise.all(Array.from({ length: 16 }, askNext));
    return found;
  };

  const beyondEverybody = async (user: string): Promise<string[]> => {
    return [...(await rightsOf(user))].filter((right) => !everybody.has(right)).toSorted();
  };

  const rights = (names: readonly string[], ...group: readonly string[]): string[] =>
    group.flatMap((resource) => names.map((verb) => `${verb} ${resource}`));
  const seen = rights(
    ['get', 'list', 'watch'],
    'controller.kubeslice.io/clusters',
    'controller.kubeslice.io/projects',
    'exchange.kubeslice.io/notices',
    'networking.kubeslice.io/accesspolicies',
    'networking.kubeslice.io/serviceexports',
    'networking.kubeslice.io/serviceimports',
    'networking.kubeslice.io/slicenodes',
    'networking.kubeslice.io/slicepeers',
    'networking.kubeslice.io/slices',
  );
  const changed = rights(
    ['create', 'update', 'patch', 'delete', 'deletecollection'],
    'networking.kubeslice.io/accesspolicies',
    'networking.kubeslice.io/serviceexports',
    'networking.kubeslice.io/slices',
  );

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    client = createClient(api.connection, { fieldManager: 'test' });
    const crds = new Map(sides.flatMap((side) => planCrds(side).map((crd) => [crd.metadata.name, crd])));
    for (const object of [...crds.values(), ...sides.flatMap(planPeople)]) await apply(object);
    await bind('viewer', 'view');
    await bind('editor', 'view', 'edit');
    await bind('prometheus', 'metrics-reader');
    // A kind is in discovery a moment after its definition was accepted, and a right in force a moment after its binding.
    await vi.waitFor(
      async () => {
        resources = await resourcesOf(client);
        expect(resources.filter(([group]) => group.endsWith('.kubeslice.io')).length).toBeGreaterThan(crds.size);
        for (const resource of ['slices', 'serviceexports']) {
          const resourceAttributes = { verb: 'create', group: 'networking.kubeslice.io', resource };
          expect(await may('editor', { resourceAttributes })).toBe(true);
        }
        expect(await may('prometheus', { nonResourceAttributes: { path: '/metrics', verb: 'get' } })).toBe(true);
      },
      { timeout: 20_000, interval: 100 },
    );
    everybody = await rightsOf('nobody');
  }, 120_000);
  afterAll(async () => {
    client.close();
    await api.stop();
  });

  it('a viewer sees status and changes nothing, whatever the verb and the resource', async () => {
    expect(resources.length).toBeGreaterThan(100);
    expect(await beyondEverybody('viewer')).toEqual(seen.toSorted());
  }, 60_000);

  it('an editor changes slices, exports and policies, and nothing else: no Secret, notice, membership, SliceNode, and no right of others', async () => {
    const all = await beyondEverybody('editor');
    expect(all).toEqual([...seen, ...changed].toSorted());
    for (const never of [
      'secrets',
      'memberships',
      'credentialrequests',
      '/status',
      'escalate',
      'bind',
      'impersonate',
      'notices',
      'slicenodes',
    ])
      expect(all.filter((right) => right.includes(never) && !/^(get|list|watch) /.test(right))).toEqual([]);
    expect(all.filter((right) => /secrets|memberships|credentialrequests/.test(right))).toEqual([]);
  }, 60_000);

  it('a reader of metrics reads metrics and nothing else', async () => {
    expect(await beyondEverybody('prometheus')).toEqual([]);
    expect(await may('prometheus', { nonResourceAttributes: { path: '/metrics', verb: 'get' } })).toBe(true);
    for (const path of ['/metrics/cadvisor', '/logs', '/debug/pprof'])
      expect(await may('prometheus', { nonResourceAttributes: { path, verb: 'get' } })).toBe(false);
    expect(await may('viewer', { nonResourceAttributes: { path: '/metrics', verb: 'get' } })).toBe(false);
  }, 60_000);

  it('view, edit and admin of Kubernetes select our roles', async () => {
    const chosen = async (name: string): Promise<string[]> => {
      const text = await client.raw(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`, { signal });
      const role = (typeof text === 'string' ? JSON.parse(text) : text) as {
        aggregationRule: { clusterRoleSelectors: readonly { matchLabels: Record<string, string> }[] };
      };
      const selectors = role.aggregationRule.clusterRoleSelectors.map(({ matchLabels }) => Object.entries(matchLabels));
      return sides
        .flatMap(planPeople)
        .filter(({ metadata }) => selectors.some((pairs) => pairs.every(([key, value]) => metadata.labels?.[key] === value)))
        .map(({ metadata }) => metadata.name)
        .toSorted();
    };
    const view = ['kubeslice-hub-view', 'kubeslice-member-view'];
    const edit = ['kubeslice-hub-edit', 'kubeslice-member-edit'];
    expect(await chosen('view')).toEqual(view);
    expect(await chosen('edit')).toEqual([...edit, ...view].toSorted());
    expect(await chosen('admin')).toEqual([...edit, ...view].toSorted());
  });
});
