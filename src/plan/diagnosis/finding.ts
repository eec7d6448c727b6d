import { shellQuote } from '../../values/shell-quote.ts';

/** Every kind of finding of a diagnosis, declared once: what it means, for the reference page. */
export const findingCodes = {
  AgentNotReady: 'The agent of a node runs but is not ready.',
  ClockDiffers: 'Two clocks differ by more than certificates and logs bear.',
  CniNotAList:
    'The container network of a node has a configuration in which no further plugin can be named; pods are attached only after they have started.',
  CniNotChained: 'The plugin of KubeSlice is not in the container network configuration of a node.',
  ConditionFalse: 'A condition of an object reports that something is not as asked for; its reason is the cause.',
  CredentialEnded: 'The credential for the hub is missing, has ended, or is not accepted.',
  DefinitionMissing: 'A kind of KubeSlice is not known to the API server.',
  DiskFull: 'A file system that a node needs is full or cannot be written.',
  DnsNotWired: 'Cluster DNS does not hand on the zone of slices.',
  DnsServiceMissing: 'The Service of the DNS servers does not exist.',
  DnsSilent: 'Cluster DNS does not answer for the zone of slices.',
  DriverMissing: 'No tunnel driver works on a node.',
  FirewallDrops: 'A rule of a node’s own firewall drops the packets of tunnels.',
  HubUnreachable: 'The API server of the hub cannot be reached from the pods of a member.',
  KeyDiffers: 'A tunnel runs with another key than the one that was published.',
  KubernetesTooOld: 'The API server is older than what KubeSlice needs.',
  LinkDown: 'A node does not reach another one through the tunnel.',
  LinkTooNarrow: 'A link carries small packets but not large ones.',
  NetworkOverlap: 'The subnet of a slice overlaps with a network of the cluster.',
  NodeAway: 'A node is not Ready, so nothing is known of it.',
  NodeSilent: 'A node could not be asked.',
  NotAllowed: 'The person who asks lacks a right.',
  PodNotAttached: 'A pod of a slice has no working interface in it.',
  PortTaken: 'Another program uses ports that tunnels need.',
  ProgramMissing: 'A program of KubeSlice is not installed.',
  ProgramNotPlaced: 'A program runs on fewer nodes than there are.',
  ProgramNotReady: 'A program of KubeSlice does not run, or is not ready.',
  ProgramStopped: 'A program of KubeSlice was scaled to nothing.',
  RouteMissing: 'A slice lacks a route on a node.',
  SecondInstallation: 'There is a second installation of KubeSlice, which does the same work.',
  SettingWrong: 'A kernel setting in a slice is not what it must be.',
  SliceAbsent: 'A slice is not there on a node that should have it.',
} as const;

/** One of the catalogued findings. */
export type FindingCode = keyof typeof findingCodes;

/** One thing that is wrong, complete enough to be mended by somebody who knows nothing else. */
export interface Finding {
  readonly code: FindingCode;
  /** An error stops traffic or changes; a warning will, or hurts one application. */
  readonly severity: 'error' | 'warning';
  /** What it is about, such as `node east-node-1` or `Service kubeslice-system/kubeslice-dns`. */
  readonly object: string;
  /** What is wrong and why that matters, in a sentence. */
  readonly cause: string;
  /** What was seen. */
  readonly evidence: string;
  /** The command that mends it, to be pasted; absent where only work outside of the cluster does, which then `advice` names. */
  readonly remedy?: string;
  /** What to do, where no command does it. */
  readonly advice?: string;
}

/** Where commands lead: names of contexts, with placeholders for those that are not known. */
export interface Contexts {
  readonly cluster: string;
  /** @default `HUB` in the commands */
  readonly hub: string | undefined;
  /** Name under which the cluster joined. @default `NAME` in the commands */
  readonly name: string | undefined;
}

/** Commands, each as text to be pasted. */
export const commandsFor = ({ cluster, hub, name }: Contexts) => {
  const here = shellQuote(cluster);
  const atHub = hub === undefined ? 'HUB' : shellQuote(hub);
  const kubectl = (namespace: string, rest: string): string =>
    `kubectl --context ${here}${namespace === '' ? '' : ` -n ${namespace}`} ${rest}`;
  return {
    kubectl,
    hubKubectl: (namespace: string, rest: string): string => `kubectl --context ${atHub} -n ${namespace} ${rest}`,
    /** Joining again repairs whatever is installed in a member, and changes neither identity nor tunnels. */
    join: (): string => `kubeslice join ${name ?? 'NAME'} --hub-context ${atHub} --context ${here}`,
    install: (): string => `kubeslice install --context ${here}`,
    /** Restarts the agent whose pod is named, or all of them where it is not known. */
    restartAgent: (pod: string | undefined): string =>
      kubectl('kubeslice-system', pod === undefined ? 'rollout restart daemonset/kubeslice-agent' : `delete pod ${pod}`),
    inAgent: (pod: string, command: string): string => kubectl('kubeslice-system', `exec ${pod} -- ${command}`),
  };
};

/** The commands of {@link commandsFor}. */
export type Commands = ReturnType<typeof commandsFor>;

/** Errors first, then by code and object. The same finding twice counts once. */
export const sortedFindings = (findings: readonly Finding[]): Finding[] => {
  const rank = ({ severity }: Finding): number => (severity === 'error' ? 0 : 1);
  const key = ({ code, object }: Finding): string => `${code} ${object}`;
  const unique = new Map(findings.toReversed().map((finding) => [`${key(finding)} ${finding.cause}`, finding]));
  return [...unique.values()].toSorted((a, b) => rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1));
};
