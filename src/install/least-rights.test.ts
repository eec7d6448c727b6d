import { describe, expect, it } from 'vitest';
import { clusterPropertyDefinitionName } from '../api/about/kinds.ts';
import { mcsDefinitionNames } from '../api/mcs/kinds.ts';
import { agentTokenFolder, workerUser } from '../api/places.ts';
import type { PodSpec } from '../values/builtin/pod.ts';
import type { PolicyRule, Role, RoleBinding } from '../values/builtin/rbac.ts';
import type { KubernetesObject } from '../values/object.ts';
import { planHub } from './hub.ts';
import { resourceKindOf } from './kinds.ts';
import { planHubSecret, planMember } from './member.ts';
import { hubDefaults, memberDefaults } from './options.ts';
import { planCluster, planCredentialRequestAccess, planJoinAccess, planWorkerAccess } from './rights/cluster-access.ts';
import { planAgentCleanup } from './workloads/agent.ts';
import { planDefinitions } from './workloads/definitions.ts';
import { planHubRemoval } from './workloads/hub-removal.ts';
import { planMemberRemoval } from './workloads/member-removal.ts';

const hub = [
  ...planHub(hubDefaults('image')),
  planCluster('east', 'default'),
  ...planWorkerAccess('east', 'default'),
  ...planJoinAccess('east', 'default'),
  ...planCredentialRequestAccess('default', 'east'),
];
const credential = { server: 's', ca: 'c', token: 't', project: 'default', namespace: 'default', cluster: 'east' };
const member = [planHubSecret(credential), ...planMember(memberDefaults('image'))];
const jobs = [
  ...planDefinitions('hub', hubDefaults('image'), hubDefaults('image').controller),
  ...planDefinitions('member', memberDefaults('image'), memberDefaults('image').worker),
  ...planHubRemoval(hubDefaults('image')),
  ...planMemberRemoval(memberDefaults('image')),
];
const all = [...hub, ...member, planAgentCleanup(memberDefaults('image')), ...jobs];

const roles = all.filter((object): object is Role => object.kind === 'Role' || object.kind === 'ClusterRole');
const rulesOf = (role: Role): readonly PolicyRule[] => role.rules ?? [];
const podOf = (object: KubernetesObject): PodSpec | undefined =>
  (object as { spec?: { template?: { spec: PodSpec } } }).spec?.template?.spec;
const workloads = all.filter((object) => podOf(object) !== undefined);

describe('accounts', () => {
  it('nobody can list Secrets or read one that is not named', () => {
    for (const role of roles) {
      for (const rule of rulesOf(role).filter(({ resources }) => resources?.includes('secrets'))) {
        expect(rule.resourceNames, role.metadata.name).not.toHaveLength(0);
        expect(rule.verbs).not.toContain('list');
        expect(rule.verbs).not.toContain('watch');
      }
    }
  });

  it('nobody has a wildcard, impersonates, escalates or runs commands in pods', () => {
    for (const rule of roles.flatMap(rulesOf)) {
      for (const part of [rule.apiGroups ?? [], rule.resources ?? [], rule.verbs]) expect(part).not.toContain('*');
      for (const verb of ['escalate', 'bind', 'impersonate', 'approve', 'sign']) expect(rule.verbs).not.toContain(verb);
      for (const resource of ['pods/exec', 'pods/attach', 'pods/portforward', 'nodes/proxy'])
        expect(rule.resources ?? []).not.toContain(resource);
    }
  });

  it('tokens are made only for accounts that are named', () => {
    const rules = roles.flatMap(rulesOf).filter(({ resources }) => resources?.includes('serviceaccounts/token'));
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) expect(rule.resourceNames).toEqual(['kubeslice-worker-east']);
  });

  it('who looks whether a hub may be removed changes nothing, and who defines kinds changes those of KubeSlice alone', () => {
    const verbsOf = (component: string): string[] =>
      roles
        .filter(({ metadata }) => metadata.name === `kubeslice-${component}`)
        .flatMap((role) => rulesOf(role).flatMap(({ verbs }) => verbs));
    expect(new Set(verbsOf('hub-removal'))).toEqual(new Set(['get', 'list', 'watch']));
    for (const component of ['hub-definitions', 'member-definitions']) {
      const rules = roles.filter(({ metadata }) => metadata.name === `kubeslice-${component}`).flatMap(rulesOf);
      expect(new Set(rules.flatMap(({ resources }) => resources))).toEqual(new Set(['customresourcedefinitions']));
      for (const { resourceNames, verbs } of rules) {
        if (resourceNames === undefined) expect(verbs).toEqual(['create']);
        else
          expect(
            resourceNames.every(
              (name) =>
                name.endsWith('.kubeslice.io') ||
                name === clusterPropertyDefinitionName ||
                Object.values<string>(mcsDefinitionNames).includes(name),
            ),
          ).toBe(true);
      }
    }
  });

  it('who only asks for a credential sees and changes one object', () => {
    const rules = roles.filter(({ metadata }) => metadata.name === 'kubeslice-credential-request-default.east').flatMap(rulesOf);
    expect(rules).toEqual([
      { apiGroups: ['exchange.kubeslice.io'], resources: ['credentialrequests'], resourceNames: ['default.east'], verbs: ['get', 'patch'] },
    ]);
  });

  it('DNS servers change nothing; they only ask whose a token is and what it may do', () => {
    const rules = roles.filter(({ metadata }) => metadata.name === 'kubeslice-dns').flatMap(rulesOf);
    const asking = rules.filter(({ verbs }) => verbs.includes('create'));
    expect(asking.flatMap(({ resources }) => resources)).toEqual(['tokenreviews', 'subjectaccessreviews']);
    const verbs = rules.filter((rule) => !asking.includes(rule)).flatMap((rule) => rule.verbs);
    expect(new Set(verbs)).toEqual(new Set(['get', 'list', 'watch']));
  });

  it('agents change nothing but the status of SliceNodes, and ask whose a token is and what it may do', () => {
    const rules = roles.filter(({ metadata }) => metadata.name === 'kubeslice-agent').flatMap(rulesOf);
    const writing = rules.filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
    expect(writing.flatMap(({ resources }) => resources)).toEqual(['tokenreviews', 'subjectaccessreviews', 'slicenodes/status']);
  });

  it('agents let in the account that the worker runs as, by a token that is for them alone', () => {
    const worker = workloads.map(podOf).find((pod) => pod?.containers.some(({ name }) => name === 'worker'));
    expect(workerUser).toBe(`system:serviceaccount:kubeslice-system:${worker?.serviceAccountName}`);
    const tokens = worker?.volumes?.flatMap(({ projected }) => projected?.sources ?? []);
    expect(tokens?.map(({ serviceAccountToken }) => serviceAccountToken.audience)).toEqual(['kubeslice-agent']);
    expect(worker?.containers[0]?.volumeMounts).toContainEqual({ name: 'agent-token', mountPath: agentTokenFolder, readOnly: true });
  });

  it('every binding names a role and an account that exist', () => {
    const names = new Set(all.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`));
    const bindings = all.filter(
      (object): object is RoleBinding => object.kind.endsWith('RoleBinding') || object.kind === 'ClusterRoleBinding',
    );
    expect(bindings.length).toBeGreaterThan(6);
    for (const { metadata, roleRef, subjects } of bindings) {
      const place = roleRef.kind === 'Role' ? metadata.namespace : '';
      expect(names).toContain(`${roleRef.kind} ${place}/${roleRef.name}`);
      for (const subject of subjects ?? []) expect(names).toContain(`ServiceAccount ${subject.namespace}/${subject.name}`);
    }
  });
});

describe('pods', () => {
  it('only the agent has rights on its node', () => {
    for (const workload of workloads) {
      const pod = podOf(workload);
      const isAgent = workload.metadata.name.startsWith('kubeslice-agent');
      expect(pod?.hostNetwork === true, workload.metadata.name).toBe(isAgent);
      expect(pod?.hostPID === true).toBe(isAgent);
      expect(pod?.volumes?.some(({ hostPath }) => hostPath !== undefined) === true).toBe(isAgent);
      if (isAgent) continue;
      for (const { securityContext } of pod?.containers ?? []) {
        expect(securityContext).toMatchObject({
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(securityContext?.privileged).toBeUndefined();
      }
    }
  });

  it('every program that runs on has probes and says what it needs', () => {
    for (const workload of workloads.filter(({ kind, metadata }) => kind !== 'Job' && metadata.name !== 'kubeslice-agent-cleanup')) {
      for (const container of podOf(workload)?.containers ?? []) {
        expect(container.livenessProbe, workload.metadata.name).toBeDefined();
        expect(container.readinessProbe).toBeDefined();
        expect(container.resources?.requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
        expect(container.resources?.limits).not.toHaveProperty('cpu');
      }
    }
  });

  it('the agent runs on every node whatever its taints, before everything else', () => {
    const agents = workloads.filter(({ kind }) => kind === 'DaemonSet');
    expect(agents).toHaveLength(2);
    for (const agent of agents) {
      expect(podOf(agent)?.tolerations).toEqual([{ operator: 'Exists' }]);
      expect(podOf(agent)?.priorityClassName).toBe('system-node-critical');
    }
  });

  it('cleaning a node sees the same folders as the agent', () => {
    const [agent, cleanup] = ['kubeslice-agent', 'kubeslice-agent-cleanup'].map((name) =>
      workloads.find(({ metadata }) => metadata.name === name),
    );
    const pods = [agent, cleanup].map((workload) => workload && podOf(workload));
    // And the parent of the one that is to go, too.
    const own = <T extends { readonly name: string }>(list: readonly T[] | undefined) =>
      list?.filter(({ name }) => name !== 'state-parent');
    expect(own(pods[1]?.volumes)).toEqual(pods[0]?.volumes);
    expect(own(pods[1]?.initContainers?.[0]?.volumeMounts)).toEqual(pods[0]?.containers[0]?.volumeMounts);
    expect(pods[1]?.initContainers?.[0]?.args).toEqual(['agent', '--cleanup']);
  });
});

describe('objects', () => {
  it('all are of kinds that can be applied, and carry the label by which they are found', () => {
    for (const object of all) {
      // A Job is no part of an installation: the tool that makes it removes it.
      if (object.kind !== 'Job') expect(() => resourceKindOf(object)).not.toThrow();
      expect(object.metadata.labels?.['app.kubernetes.io/managed-by'], object.metadata.name).toBe('kubeslice');
    }
    expect(() => resourceKindOf({ apiVersion: 'v1', kind: 'Pod' })).toThrow('No installed kind is called Pod');
  });

  it('each is there once', () => {
    for (const side of [hub, member, jobs]) {
      const names = side.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
