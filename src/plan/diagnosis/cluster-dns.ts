import { clustersetZone, dnsService, memberNamespace, sliceZone } from '../../api/places.ts';
import { corednsConfigMap, stubKey } from '../../api/stub-block.ts';
import { Failure } from '../../values/failure.ts';
import { type ClusterDnsAction, corefileLines, planClusterDns, stubDomainsLine } from '../cluster-dns/plan.ts';
import { type ClusterView, clusterDnsReading } from './cluster-view.ts';
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

/** A sign for an address that an installation will bring. */
const unknownAddress = 'ADDRESS';

/** What the worker would still write, or why it cannot: by the same plan as its own. */
const leftToWrite = ({ clusterDns }: ClusterView): readonly ClusterDnsAction[] | Failure => {
  const servers = [clusterDns.service?.spec?.clusterIP ?? unknownAddress];
  try {
    return planClusterDns(clusterDns, { zone: sliceZone, also: clustersetZone, servers });
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
};

const nameOf = (action: ClusterDnsAction): string =>
  action.kind === 'servers'
    ? 'dns.operator/default'
    : `ConfigMap ${(action.kind === 'patch' ? action.namespace : undefined) ?? corednsConfigMap.namespace}/${action.configMap}`;

/** What cannot be read may contain anything. */
const isConfigurationUnread = (view: ClusterView): boolean =>
  [corednsConfigMap.main, corednsConfigMap.custom].some((name) => isUnread(view, `ConfigMap ${corednsConfigMap.namespace}/${name}`)) ||
  isUnread(view, clusterDnsReading);

/** Cluster DNS is configured in a way that the worker cannot extend. */
const refused = ({ message }: Failure): Finding => ({
  code: 'DnsNotWired',
  severity: 'error',
  object: 'cluster DNS',
  cause: 'The configuration of cluster DNS is none that KubeSlice can extend, so pods find no name of a slice.',
  evidence: message.replace(/; add by hand: [^]*$/, ''),
});

const ofWiring = (view: ClusterView): Finding[] => {
  const { main, custom, others = [], service } = view.clusterDns;
  const address = service?.spec?.clusterIP ?? `the address of ${named}`;
  const commands = commandsFor(view.contexts);
  // A DNS that answers our names forwards the zone, whatever its configuration is called.
  if (view.name?.answer.outcome === 'answered' && view.name.answer.detail !== 'ENOTFOUND') return [];
  // The worker reports whether names resolve.
  if (isConfigurationUnread(view)) return [];
  const places: readonly (readonly [string, string | undefined])[] = [
    [`${corednsConfigMap.namespace}/${corednsConfigMap.main}`, main?.data?.[corednsConfigMap.key]],
    [`${corednsConfigMap.namespace}/${corednsConfigMap.custom}`, custom?.data?.[stubKey]],
    ...others.map(({ namespace, configMap, map }) => [`${namespace}/${configMap}`, map.data?.[corednsConfigMap.key]] as const),
  ];
  const found = places.map(([place, text]) => ({ place, servers: forwardsTo(text) })).find(({ servers }) => servers !== undefined);
  if (found?.servers !== undefined) {
    const { place, servers } = found;
    if (service?.spec?.clusterIP === undefined || servers.includes(service.spec.clusterIP)) return [];
    return [
      {
        code: 'DnsNotWired',
        severity: 'error',
        object: `ConfigMap ${place}`,
        cause: `Cluster DNS forwards ${sliceZone} to ${servers.join(', ') || 'no server'}, but ${named} is at ${address}: the Service was created again.`,
        evidence: `forward . ${servers.join(' ')}`,
        remedy: commands.kubectl(memberNamespace, 'rollout restart deployment/kubeslice-worker'),
      },
    ];
  }
  const left = leftToWrite(view);
  if (Failure.is(left)) {
    if (left.code !== 'NotFound') return [{ ...refused(left), advice: left.message }];
    const stub = { zone: sliceZone, servers: [address] };
    return [
      {
        ...refused(left),
        advice: `add the zone to cluster DNS by hand: ${stubDomainsLine(stub)} to the stubDomains of kube-dns, or these lines to a Corefile`,
        lines: corefileLines(stub),
      },
    ];
  }
  const [first] = left;
  if (first === undefined) return [];
  return [
    {
      code: 'DnsNotWired',
      severity: 'error',
      object: nameOf(first),
      cause: `Cluster DNS does not forward ${sliceZone}; the worker adds that within seconds if it runs and may write there.`,
      evidence: `no entry for ${sliceZone} in ${nameOf(first)}`,
      remedy: commands.kubectl(memberNamespace, 'rollout restart deployment/kubeslice-worker'),
    },
  ];
};

/** The program of cluster DNS without a ready server, if that is why nobody answers; a restart does not help it. */
const ofPrograms = ({ contexts, clusterDns: { programs } }: ClusterView, evidence: string): Finding | undefined => {
  const [first] = programs;
  if (first === undefined || programs.some(({ status }) => (status?.readyReplicas ?? 0) > 0)) return undefined;
  const { metadata, spec, status } = first;
  const object = `Deployment ${metadata.namespace}/${metadata.name}`;
  const commands = commandsFor(contexts);
  const namespace = metadata.namespace ?? '';
  const common = { code: 'DnsSilent', severity: 'error', object } as const;
  if (spec?.replicas === 0)
    return {
      ...common,
      cause: `Cluster DNS has no server, because ${object} is scaled to 0.`,
      evidence,
      remedy: commands.kubectl(namespace, `scale deployment/${metadata.name} --replicas 2`),
    };
  const labels = Object.entries(spec?.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return {
    ...common,
    cause: 'No server of cluster DNS is ready.',
    evidence: `${object} has ${status?.readyReplicas ?? 0} ready of ${spec?.replicas ?? 1}; ${evidence}`,
    remedy: commands.kubectl(namespace, `describe pods -l ${labels.join()}`),
  };
};

const ofAnswer = (view: ClusterView): Finding[] => {
  if (view.name === undefined || view.clusterDns.servers === 0) return [];
  const { asked, from, answer } = view.name;
  if (answer.outcome === 'answered' && answer.detail !== 'ENOTFOUND') return [];
  const silent = answer.outcome !== 'answered';
  const evidence = `query for ${asked} from ${from}: ${answer.outcome}${answer.detail === undefined ? '' : ` (${answer.detail})`}`;
  const program = silent ? ofPrograms(view, evidence) : undefined;
  if (program !== undefined) return [program];
  return [
    {
      code: 'DnsSilent',
      severity: 'error',
      object: 'cluster DNS',
      cause: silent
        ? 'Cluster DNS gives no answer to a pod.'
        : `Cluster DNS answers that ${asked} does not exist: its changed configuration has not reached its servers yet, or another server block has the zone.`,
      evidence,
      remedy: commandsFor(view.contexts).kubectl('kube-system', 'rollout restart deployment/coredns'),
    },
  ];
};

/** Findings about cluster DNS before our zone exists: that it answers at all, and that its configuration is one that the worker will extend. */
const beforeInstall = (view: ClusterView): Finding[] => {
  if (view.name === undefined) return [];
  const answers = view.name.answer.outcome === 'answered' ? [] : ofAnswer({ ...view, clusterDns: { ...view.clusterDns, servers: 1 } });
  const left = isConfigurationUnread(view) ? [] : leftToWrite(view);
  if (!Failure.is(left)) return answers;
  const advice =
    left.code === 'NotFound'
      ? 'KubeSlice can be installed all the same; "kubeslice join --wait" then prints the lines to add to cluster DNS by hand'
      : left.message;
  return [...answers, { ...refused(left), severity: 'warning', advice }];
};

/** Whether pods of a member can resolve names of slices; only the first fault, because the next ones may follow from it. */
export const dnsFindings = (view: ClusterView): Finding[] => {
  if (!view.isMember) return beforeInstall(view);
  const broken = [ofService, ofWiring, ofAnswer].map((part) => part(view)).find((findings) => findings.length > 0);
  return broken ?? [];
};
