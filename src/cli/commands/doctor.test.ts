import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterKind, serviceExportKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { memberNamespace, trustConfigMap } from '../../api/places.ts';
import {
  configMapKind,
  customResourceDefinitionKind,
  daemonSetKind,
  deploymentKind,
  endpointSliceKind,
  namespaceKind,
  nodeKind,
  podKind,
  secretKind,
  selfSubjectAccessReviewKind,
  serviceCidrKind,
  serviceKind,
} from '../../kubernetes/kinds.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command as doctor } from './doctor.ts';

let contexts: FakeContexts;
const east = () => contexts.api('east');

beforeEach(async () => {
  contexts = await startFakeContexts(
    ['east'],
    [
      clusterKind,
      serviceExportKind,
      sliceKind,
      sliceNodeKind,
      configMapKind,
      customResourceDefinitionKind,
      daemonSetKind,
      deploymentKind,
      endpointSliceKind,
      namespaceKind,
      nodeKind,
      podKind,
      secretKind,
      selfSubjectAccessReviewKind,
      serviceCidrKind,
      serviceKind,
    ],
  );
  const metadata = (name: string) => ({ name, namespace: memberNamespace });
  const spec = { selector: { matchLabels: {} }, template: { metadata: {}, spec: { containers: [{ name: 'c', image: 'k:1' }] } } };
  for (const name of ['kubeslice-worker', 'kubeslice-dns'])
    east().put(deploymentKind, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(name),
      spec: { ...spec, replicas: 1 },
      status: { replicas: 1, availableReplicas: 1 },
    });
  east().put(daemonSetKind, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: metadata('kubeslice-agent'), spec });
  east().put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(trustConfigMap), data: {} });
  const labels = { 'app.kubernetes.io/component': 'agent' };
  east().put(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata('agent-1'), labels },
    spec: { nodeName: 'e1', containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
});
afterEach(() => contexts.stop());

/** Lets the server refuse to read whatever a path fits. */
const forbid = (path: RegExp): void => void east().faults.add({ method: 'GET', path, effect: { status: 403 } });
const mayNotCreate = (): void =>
  void east().faults.add({ method: 'POST', path: /serviceaccounts|namespaces$|configmaps/, effect: { status: 403 } });

describe('doctor with few rights', () => {
  it('finds the programs of a member where it may read that namespace alone, and calls nothing missing that it may not read', async () => {
    mayNotCreate();
    // All lists of the whole cluster, what is elsewhere, and what no viewer reads.
    forbid(/^\/(api\/v1|apis\/[^/]+\/[^/]+)\/(?!namespaces\/kubeslice-system\/)(?!version)/);
    forbid(/\/secrets\/|\/exec/);
    const { out, code } = await contexts.run(doctor, [], { context: 'east', output: 'json' });
    const [{ role, findings, nodes }] = JSON.parse(out) as [{ role: string; findings: { code: string; cause: string }[]; nodes: number }];
    expect({ role, nodes }).toEqual({ role: 'member', nodes: 1 });
    expect(findings.map(({ code: finding }) => finding)).not.toContain('ProgramMissing');
    expect(findings.map(({ code: finding }) => finding)).not.toContain('DnsNotWired');
    const refused = findings.filter(({ code: finding }) => finding === 'NotAllowed');
    expect(refused).toMatchObject([{ cause: expect.stringContaining('nodes') }]);
    expect(code).not.toBe(1);
  });

  it('says that it may not see whether KubeSlice is there, and makes nothing to find out', async () => {
    forbid(/^\/(api|apis)\//);
    await expect(contexts.run(doctor, [], { context: 'east' })).rejects.toMatchObject({
      code: 'Forbidden',
      message: expect.stringContaining(
        'you may not see whether KubeSlice is installed; ask for the role view in namespace kubeslice-system',
      ),
    });
    expect(east().requests.filter((line) => line.startsWith('POST') && line.includes('/namespaces?'))).toEqual([]);
  });
});
