/** One entry of the catalogue: what to compile, from which pinned Go module, and the resulting programs. */
export interface Tool {
  /** Folder under `toolchain/` that holds the Go module's go.mod and go.sum. */
  readonly module: string;
  /** Program name → Go package, relative to the module (`./kube`) or an import path that the module's `tool` directive pins. */
  readonly programs: Readonly<Record<string, string>>;
  /** Further names for a program, made as symbolic links beside it; kube chooses its program by that name. */
  readonly links?: Readonly<Record<string, string>>;
  /** Upstream's version; part of the folder name in the cache. */
  readonly version: string;
  /** Go build tags. */
  readonly tags: readonly string[];
  /** `-X` definitions for the linker, without the flag itself. */
  readonly definitions: readonly string[];
}

const kubernetesVersion = '1.37.2';
const containerdVersion = '2.2.0';
const corednsVersion = '1.14.7';

/**
 * Every program of the playground and of the image that is compiled from Go source, with the upstream version pinned in its module.
 *
 * kube, coredns and etcd share one module, so their common packages are compiled once. containerd needs a newer runtime-spec than Kubernetes and has
 * a module of its own.
 */
export const tools = {
  kube: {
    module: 'kubernetes',
    programs: { kube: './kube' },
    links: {
      'kube-apiserver': 'kube',
      'kube-controller-manager': 'kube',
      'kube-proxy': 'kube',
      'kube-scheduler': 'kube',
      kubectl: 'kube',
      kubelet: 'kube',
    },
    version: kubernetesVersion,
    tags: [],
    definitions: [
      `k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
      `k8s.io/component-base/version.gitMajor=${kubernetesVersion.split('.')[0]}`,
      `k8s.io/component-base/version.gitMinor=${kubernetesVersion.split('.')[1]}`,
    ],
  },
  coredns: { module: 'kubernetes', programs: { coredns: './coredns' }, version: corednsVersion, tags: [], definitions: [] },
  etcd: { module: 'kubernetes', programs: { etcd: './etcd' }, version: '3.7.3', tags: [], definitions: [] },
  containerd: {
    module: 'containerd',
    programs: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
    },
    version: containerdVersion,
    // Snapshotters and exporters that a playground never uses: less to compile.
    tags: ['no_btrfs', 'no_devmapper', 'no_zfs', 'no_tracing'],
    definitions: [`github.com/containerd/containerd/v2/version.Version=v${containerdVersion}`],
  },
  'wireguard-go': {
    module: 'wireguard',
    programs: { 'wireguard-go': '.' },
    version: '20260522',
    tags: [],
    definitions: [],
  },
  'ipsec-tunnel': { module: 'ipsec', programs: { 'ipsec-tunnel': '.' }, version: '1', tags: [], definitions: [] },
  'cni-plugin': { module: 'cni-plugin', programs: { 'cni-plugin': '.' }, version: '1', tags: [], definitions: [] },
  prober: { module: 'prober', programs: { prober: '.' }, version: '1', tags: [], definitions: [] },
  launcher: { module: 'launcher', programs: { launcher: '.' }, version: '1', tags: [], definitions: [] },
  relay: { module: 'relay', programs: { relay: '.' }, version: '1', tags: [], definitions: [] },
  pause: { module: 'pause', programs: { pause: '.' }, version: '1', tags: [], definitions: [] },
  'packet-delay': { module: 'packet-delay', programs: { 'packet-delay': '.' }, version: '1', tags: [], definitions: [] },
  helm: {
    module: 'helm',
    programs: { helm: 'helm.sh/helm/v4/cmd/helm' },
    version: '4.3.1',
    tags: [],
    definitions: ['helm.sh/helm/v4/internal/version.version=v4.3.1'],
  },
} as const satisfies Record<string, Tool>;

/** Name of a tool in the catalogue. */
export type ToolName = keyof typeof tools;

/** The programs that the image of KubeSlice has for nodes. */
export const nodePrograms = [
  'wireguard-go',
  'ipsec-tunnel',
  'cni-plugin',
  'prober',
  'relay',
  'launcher',
] as const satisfies readonly ToolName[];

/** Paths of those programs, by name. */
export type NodePrograms = Readonly<Record<(typeof nodePrograms)[number], string>>;

/** The tools that a playground needs before its first node can start; helm is left out because only one command uses it. */
export const playgroundTools: readonly ToolName[] = [
  'kube',
  'etcd',
  'coredns',
  'containerd',
  'wireguard-go',
  'ipsec-tunnel',
  'cni-plugin',
  'prober',
  'relay',
  'launcher',
  'pause',
  'packet-delay',
];

/** The catalogue entry as the plain interface, without literal types. */
export function toolOf(name: ToolName): Tool {
  return tools[name];
}
