import { isBad } from '../../api/condition-types.ts';
import { overlappedNetwork } from '../membership/cluster-networks.ts';
import type { ClusterView } from './cluster-view.ts';
import { commandsFor, type Finding } from './finding.ts';
import { unreadFindings } from './unread.ts';

/** The oldest minor version of Kubernetes with everything that KubeSlice uses. */
const oldestMinor = 30;

const ofServer = (view: ClusterView): Finding[] => {
  const findings: Finding[] = [];
  const object = `API server of context ${view.contexts.cluster}`;
  if (view.version.minor < oldestMinor)
    findings.push({
      code: 'KubernetesTooOld',
      severity: 'error',
      object,
      cause: `KubeSlice needs Kubernetes 1.${oldestMinor} or newer, for ValidatingAdmissionPolicy.`,
      evidence: `it is ${view.version.text}`,
      advice: 'upgrade the cluster',
    });
  // A diagnosis of an installation needs no right to install.
  if (view.lacking.length > 0 && !view.isHub && !view.isMember)
    findings.push({
      code: 'NotAllowed',
      severity: 'error',
      object,
      cause: `Your account may not install here; that needs an administrator of the cluster (ClusterRole cluster-admin).`,
      evidence: `it may not ${view.lacking.join(', ')}`,
      advice: 'use another context with --context',
    });
  return [...findings, ...unreadFindings(view)];
};

const ofDefinitions = (view: ClusterView): Finding[] => {
  const commands = commandsFor(view.contexts);
  return view.missingDefinitions.map((name) => ({
    code: 'DefinitionMissing',
    severity: 'error',
    object: `CustomResourceDefinition ${name}`,
    cause: `The API server does not know ${name}: the definition was deleted, and all objects of this kind with it.`,
    evidence: 'no such CustomResourceDefinition, or it is not Established',
    remedy: view.isHub && !view.isMember ? commands.install() : commands.join(),
  }));
};

const ofSlices = (view: ClusterView): Finding[] => {
  const commands = commandsFor(view.contexts);
  return view.slices.flatMap((slice): Finding[] => {
    const { name, namespace = 'default' } = slice.metadata;
    const object = `Slice ${name}`;
    const subnet = slice.spec.sliceSubnet ?? slice.status?.sliceConfig?.sliceSubnet;
    const met = subnet === undefined || !view.isMember ? undefined : overlappedNetwork(subnet, view.networks);
    if (met !== undefined)
      return [
        {
          code: 'NetworkOverlap',
          severity: 'error',
          object,
          cause: `The subnet ${subnet ?? ''} of the slice overlaps with the ${met} of this cluster: pods of the slice would not reach what is there.`,
          evidence: `subnet ${subnet ?? ''}, ${met}`,
          remedy: commands.hubKubectl('default', `delete slice ${name}`),
          advice: 'a subnet cannot be changed: make the slice again with another one, or name the clusters of the slice without this one',
        },
      ];
    return (slice.status?.conditions ?? []).flatMap((condition): Finding[] => {
      const { type, status, reason, message } = condition;
      if (!isBad(condition) && reason !== 'SubnetOverlap') return [];
      const remedy =
        reason === 'SubnetOverlap'
          ? commands.kubectl(namespace, `delete slice ${name}`)
          : reason === 'NamespaceConflict'
            ? commands.kubectl(namespace, `edit slice ${name}`)
            : commands.kubectl(namespace, `describe slice ${name}`);
      return [
        {
          code: 'ConditionFalse',
          severity: type === 'Ready' ? 'error' : 'warning',
          object,
          cause: message,
          evidence: `${type} is ${status}, reason ${reason}, since ${condition.lastTransitionTime}`,
          remedy,
        },
      ];
    });
  });
};

const ofClusters = (view: ClusterView): Finding[] => {
  const commands = commandsFor(view.contexts);
  return view.clusters.flatMap((cluster): Finding[] => {
    const ready = cluster.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready === undefined || ready.status === 'True') return [];
    return [
      {
        code: 'ConditionFalse',
        severity: 'error',
        object: `Cluster ${cluster.metadata.name}`,
        cause: ready.message,
        evidence: `Ready is ${ready.status}, reason ${ready.reason}, since ${ready.lastTransitionTime}`,
        remedy: commands.kubectl(
          cluster.metadata.namespace ?? 'default',
          `describe clusters.controller.kubeslice.io ${cluster.metadata.name}`,
        ),
        advice: `run "kubeslice doctor" in that cluster: --context of cluster ${cluster.metadata.name}`,
      },
    ];
  });
};

/** Findings from the API server and its objects. */
export const environmentFindings = (view: ClusterView): Finding[] => [
  ...ofServer(view),
  ...ofDefinitions(view),
  ...ofSlices(view),
  ...ofClusters(view),
];
