import { dnsService, memberNamespace, sliceZone } from '../../api/places.ts';
import { corednsConfigMap, stubKey } from '../../api/stub-block.ts';
import type { ClusterView } from './cluster-view.ts';
import { commandsFor, type Finding } from './finding.ts';
import { isUnread } from './unread.ts';

const named = `Service ${memberNamespace}/${dnsService}`;

/** The addresses to which the configuration forwards the zone of slices; undefined without an entry for the zone. */
const forwardsTo = (text: string | undefined): readonly string[] | undefined => {
  const block = new RegExp(`(?:^|\\n)\\s*${sliceZone.replace('.', '\\.')}(?::\\d+)?\\s*\\{([^}]*)\\}`).exec(text ?? '');
  if (block === null) return undefined;
  const [, words = ''] = /forward\s+\.\s+([^\n]*)/.exec(block[1] ?? '') ?? [];
  return words.split(/\s+/).filter((word) => word !== '');
};

/** The lines that forward the zone by hand, where the configuration is not ours to write. */
const lines = (address: string): string => `${sliceZone}:53 { errors; forward . ${address} }`;

const ofService = (view: ClusterView): Finding[] => {
  const { service, servers } = view.clusterDns;
  const commands = commandsFor(view.contexts);
  if (service === undefined)
    return isUnread(view, named)
      ? []
      : [
          {
            code: 'DnsServiceMissing',
            severity: 'error',
            object: named,
            cause: `${named} does not exist, so cluster DNS has nowhere to ask for names of slices.`,
            evidence: 'the API server has no such object',
            remedy: commands.join(),
          },
        ];
  if (servers > 0 || isUnread(view, `endpointslices in ${memberNamespace}`)) return [];
  return [
    {
      code: 'DnsSilent',
      severity: 'error',
      object: named,
      cause: `No DNS server of KubeSlice is ready, so no name of a slice is answered.`,
      evidence: `${named} has 0 ready endpoints`,
      remedy: commands.kubectl(memberNamespace, 'describe pods -l app.kubernetes.io/component=dns'),
    },
  ];
};

const ofWiring = (view: ClusterView): Finding[] => {
  const { main, custom, service } = view.clusterDns;
  const address = service?.spec?.clusterIP ?? `the address of ${named}`;
  const commands = commandsFor(view.contexts);
  const texts = [main?.data?.[corednsConfigMap.key], custom?.data?.[stubKey]];
  const servers = texts.map(forwardsTo).find((found) => found !== undefined);
  const object = `ConfigMap ${corednsConfigMap.namespace}/${corednsConfigMap.main}`;
  // A DNS that answers our names forwards the zone, whatever its configuration is called.
  if (view.name?.answer.outcome === 'answered' && view.name.answer.detail !== 'ENOTFOUND') return [];
  // An unreadable configuration may contain anything; the worker reports whether names resolve.
  if (isUnread(view, object) || isUnread(view, `ConfigMap ${corednsConfigMap.namespace}/${corednsConfigMap.custom}`)) return [];
  if (main === undefined)
    return [
      {
        code: 'DnsNotWired',
        severity: 'error',
        object,
        cause: 'Cluster DNS is not configured by this ConfigMap, so KubeSlice cannot add its zone, and pods find no name of a slice.',
        evidence: `there is no ${object}`,
        advice: `add the zone to cluster DNS by hand: ${lines(address)}`,
      },
    ];
  if (servers === undefined)
    return [
      {
        code: 'DnsNotWired',
        severity: 'error',
        object,
        cause: `Cluster DNS does not forward ${sliceZone}; the worker adds that within seconds if it runs and may write the ConfigMap.`,
        evidence: `no block for ${sliceZone} in ${object}`,
        remedy: commands.kubectl(memberNamespace, 'rollout restart deployment/kubeslice-worker'),
      },
    ];
  if (service?.spec?.clusterIP !== undefined && !servers.includes(service.spec.clusterIP))
    return [
      {
        code: 'DnsNotWired',
        severity: 'error',
        object,
        cause: `Cluster DNS forwards ${sliceZone} to ${servers.join(', ') || 'no server'}, but ${named} is at ${address}: the Service was created again.`,
        evidence: `forward . ${servers.join(' ')}`,
        remedy: commands.kubectl(memberNamespace, 'rollout restart deployment/kubeslice-worker'),
      },
    ];
  return [];
};

const ofAnswer = (view: ClusterView): Finding[] => {
  if (view.name === undefined || view.clusterDns.servers === 0) return [];
  const { asked, from, answer } = view.name;
  if (answer.outcome === 'answered' && answer.detail !== 'ENOTFOUND') return [];
  const silent = answer.outcome !== 'answered';
  return [
    {
      code: 'DnsSilent',
      severity: 'error',
      object: 'cluster DNS',
      cause: silent
        ? 'Cluster DNS gives no answer to a pod.'
        : `Cluster DNS answers that ${asked} does not exist: its changed configuration has not reached its servers yet, or another server block has the zone.`,
      evidence: `query for ${asked} from ${from}: ${answer.outcome}${answer.detail === undefined ? '' : ` (${answer.detail})`}`,
      remedy: commandsFor(view.contexts).kubectl('kube-system', 'rollout restart deployment/coredns'),
    },
  ];
};

/** Findings about cluster DNS before our zone exists: that it answers at all, and that its configuration is a supported one. */
const beforeInstall = (view: ClusterView): Finding[] => {
  if (view.name === undefined) return [];
  const answers = view.name.answer.outcome === 'answered' ? [] : ofAnswer({ ...view, clusterDns: { ...view.clusterDns, servers: 1 } });
  const unknown = view.clusterDns.main === undefined ? ofWiring({ ...view, name: undefined }) : [];
  return [...answers, ...unknown.map((finding): Finding => ({ ...finding, severity: 'warning' }))];
};

/** Whether pods of a member can resolve names of slices; only the first fault, because the next ones may follow from it. */
export const dnsFindings = (view: ClusterView): Finding[] => {
  if (!view.isMember) return beforeInstall(view);
  const broken = [ofService, ofWiring, ofAnswer].map((part) => part(view)).find((findings) => findings.length > 0);
  return broken ?? [];
};
