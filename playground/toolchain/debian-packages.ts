/** One Debian package that the playground needs, and the files that prove its presence. */
export interface DebianPackage {
  readonly name: string;
  /** Program names in the usual folders, or absolute paths. All must exist. */
  readonly files: readonly string[];
  readonly purpose: string;
}

/**
 * Every Debian package that the playground and its images need beyond the essential ones.
 *
 * Presence is judged by files instead of dpkg, so other distributions with the same programs pass too.
 */
export const debianPackages: readonly DebianPackage[] = [
  { name: 'binutils', files: ['strip'], purpose: 'makes the Node binary in the image smaller' },
  { name: 'conntrack', files: ['conntrack'], purpose: 'kube-proxy clears stale UDP entries with it' },
  {
    name: 'containernetworking-plugins',
    files: ['/usr/lib/cni/host-local', '/usr/lib/cni/portmap', '/usr/lib/cni/ptp'],
    purpose: 'pod networks of the nodes',
  },
  { name: 'iproute2', files: ['ip', 'tc', 'bridge'], purpose: 'network namespaces, interfaces and routes' },
  { name: 'iptables', files: ['iptables'], purpose: 'kubelet and the portmap plugin' },
  { name: 'iputils-ping', files: ['ping'], purpose: 'checks between nodes' },
  { name: 'mmdebstrap', files: ['mmdebstrap'], purpose: 'root file systems of images' },
  { name: 'mount', files: ['mount', 'umount'], purpose: 'private folders of the nodes' },
  { name: 'nftables', files: ['nft'], purpose: 'packet filters of kube-proxy, slices and sites' },
  { name: 'procps', files: ['sysctl'], purpose: 'forwarding between sites' },
  { name: 'runc', files: ['runc'], purpose: 'starts containers' },
  { name: 'tcpdump', files: ['tcpdump'], purpose: 'shows that traffic between sites is encrypted' },
  { name: 'tini', files: ['tini'], purpose: 'process 1 of a node' },
  { name: 'util-linux', files: ['nsenter', 'unshare'], purpose: 'namespaces of the nodes' },
  { name: 'wireguard-tools', files: ['wg'], purpose: 'keys and peers of tunnels' },
];

/** The packages that build images. */
export const imagePackages: readonly DebianPackage[] = debianPackages.filter(({ name }) => ['binutils', 'mmdebstrap'].includes(name));

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The packages with a missing file; `exists` checks absolute paths. */
export function missingPackages(exists: (path: string) => boolean, packages = debianPackages): DebianPackage[] {
  const present = (file: string): boolean => (file.startsWith('/') ? exists(file) : folders.some((folder) => exists(`${folder}/${file}`)));
  return packages.filter((each) => !each.files.every(present));
}
