/** The options of containerd that differ between machines. */
export interface ContainerdChoices {
  pauseImage: string;
  /** Without CAP_SYS_RESOURCE a negative oom_score_adj is refused, and runc would fail for each container that requests one. */
  restrictOomScore: boolean;
  snapshotter: 'overlayfs' | 'native';
}

/** containerd's configuration, version 3 (containerd 2). Paths are those of an ordinary node: the playground gives each node its own files. */
export function containerdConfiguration(choices: ContainerdChoices): string {
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.erofs", "io.containerd.tracing.processor.v1.otlp"]

[grpc]
address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images"]
snapshotter = "${choices.snapshotter}"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "${choices.pauseImage}"

[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = ${choices.restrictOomScore}
disable_apparmor = true

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/opt/cni/bin"]
conf_dir = "/etc/cni/net.d"
max_conf_num = 1

[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}
