import { shellQuote } from '../../values/text/shell-quote.ts';

/** Every kind of finding of a diagnosis, declared once, with its meaning for the reference page. */
export const findingCodes = {
  AgentNotReady: 'The agent of a node runs but is not ready.',
  ClockDiffers: 'Two clocks differ by more than certificates and logs bear.',
  CniNotAList:
    'The container network of a node has a configuration in which no further plugin can be named; pods are attached only after they have started.',
  CniNotChained: 'The plugin of KubeSlice is not in the container network configuration of a node.',
  ConditionFalse: 'A condition of an object reports a deviation from the desired state; its reason is the cause.',
  CredentialEnded: 'The credential for the hub is missing, has ended, or is not accepted.',
  DefinitionMissing: 'The API server does not know a kind of KubeSlice.',
  DiskFull: 'A file system that a node needs is full or cannot be written.',
  DnsNotWired: 'Cluster DNS does not forward the zone of slices.',
  DnsServiceMissing: 'The Service of the DNS servers does not exist.',
  DnsSilent: 'Cluster DNS does not answer for the zone of slices.',
  DriverMissing: 'No tunnel driver works on a node.',
  FirewallDrops: 'A rule of a node’s own firewall drops the packets of tunnels.',
  HubUnreachable: 'The API server of the hub cannot be reached from the pods of a member.',
  ImageMissing: 'Nodes cannot pull the image that an installation would use.',
  KeyDiffers: 'A tunnel runs with another key than the one that was published.',
  KubernetesTooOld: 'The API server is older than what KubeSlice needs.',
  LinkDown: 'A node does not reach another one through the tunnel.',
  LinkTooNarrow: 'A link carries small packets but not large ones.',
  NetworkOverlap: 'The subnet of a slice overlaps with a network of the cluster.',
  NodeAway: 'A node is not Ready, so nothing is known of it.',
  NodeSilent: 'A node did not answer.',
  NotAllowed: 'The user lacks a permission.',
  PodNotAttached: 'A pod of a slice has no working interface in it.',
  PortTaken: 'Another program uses ports that tunnels need.',
  ProgramMissing: 'A program of KubeSlice is not installed.',
  ProgramNotPlaced: 'A program runs on fewer nodes than there are.',
  ProgramNotReady: 'A program of KubeSlice does not run, or is not ready.',
  ProgramStopped: 'A program of KubeSlice was scaled to 0.',
  RouteMissing: 'A slice lacks a route on a node.',
  SecondInstallation: 'A second installation of KubeSlice does the same work.',
  SettingWrong: 'A kernel setting in a slice is wrong.',
  SliceAbsent: 'A node lacks a slice that it should have.',
} as const;

/** One of the catalogued findings. */
export type FindingCode = keyof typeof findingCodes;

/** One fault, complete enough to be repaired by a person who knows nothing else. */
export interface Finding {
  readonly code: FindingCode;
  /** An error stops traffic or changes; a warning will do so, or affects one application. */
  readonly severity: 'error' | 'warning';
  /** The faulty object, such as `node east-node-1` or `Service kubeslice-system/kubeslice-dns`. */
  readonly object: string;
  /** The fault and its effect, in a sentence. */
  readonly cause: string;
  /** The observation. */
  readonly evidence: string;
  /** The command that repairs it, to paste; absent when only work outside of the cluster helps, which `advice` then names. */
  readonly remedy?: string;
  /** What to do when no command does it. */
  readonly advice?: string;
  /** What a person writes into a file by hand, line by line. */
  readonly lines?: readonly string[];
}

/** The contexts for commands, with placeholders for unknown ones. */
export interface Contexts {
  readonly cluster: string;
  /** @default `HUB` in the commands */
  readonly hub: string | undefined;
  /** Name of the cluster on the hub. @default `NAME` in the commands */
  readonly name: string | undefined;
}

/** Commands, each as text to paste. */
export const commandsFor = ({ cluster, hub, name }: Contexts) => {
  const here = shellQuote(cluster);
  const atHub = hub === undefined ? 'HUB' : shellQuote(hub);
  const kubectl = (namespace: string, rest: string): string =>
    `kubectl --context ${here}${namespace === '' ? '' : ` -n ${namespace}`} ${rest}`;
  return {
    kubectl,
    hubKubectl: (namespace: string, rest: string): string => `kubectl --context ${atHub} -n ${namespace} ${rest}`,
    /** Joining again repairs the whole installation of a member, and changes neither identity nor tunnels. */
    join: (): string => `kubeslice join ${name ?? 'NAME'} --hub-context ${atHub} --context ${here}`,
    install: (): string => `kubeslice install --context ${here}`,
    /** Restarts the named agent pod, or all of them without a name. */
    restartAgent: (pod: string | undefined): string =>
      kubectl('kubeslice-system', pod === undefined ? 'rollout restart daemonset/kubeslice-agent' : `delete pod ${pod}`),
    inAgent: (pod: string, command: string): string => kubectl('kubeslice-system', `exec ${pod} -- ${command}`),
  };
};

/** The commands of {@link commandsFor}. */
export type Commands = ReturnType<typeof commandsFor>;

/** Errors first, then by code and object. Duplicates are removed. */
export const sortedFindings = (findings: readonly Finding[]): Finding[] => {
  const rank = ({ severity }: Finding): number => (severity === 'error' ? 0 : 1);
  const key = ({ code, object }: Finding): string => `${code} ${object}`;
  const unique = new Map(findings.toReversed().map((finding) => [`${key(finding)} ${finding.cause}`, finding]));
  return [...unique.values()].toSorted((a, b) => rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1));
};
