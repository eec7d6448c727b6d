import { basename } from 'node:path';
import { shellQuote } from '../../src/values/text/shell-quote.ts';
import type { MachinePaths } from '../clusters/paths.ts';
import { type Hierarchy, isPureVersion2 } from './control-groups.ts';

/** A program that runs in a machine for as long as the machine does. */
export interface Service {
  name: string;
  command: readonly string[];
}

/** Inputs of a machine's first script. */
export interface InitScriptInput {
  machine: string;
  paths: MachinePaths;
  /** Folders of the programs, searched first. */
  path: string;
  hierarchies: readonly Hierarchy[];
  /** Directory on the host → path in the machine. */
  binds: Readonly<Record<string, string>>;
  services: readonly Service[];
  /** Shell lines run before the services, for kernel settings and routes of this machine. */
  preparation: readonly string[];
}

/**
 * The script of a machine's first process. It turns the machine's namespaces into a node: its own /proc, /sys and control groups, /run on tmpfs, its
 * own directories, and shared mounts, so that a pod may mount into the node (Bidirectional propagation). Then it keeps the services running: a
 * service that ends is started again half a second later, unless the hold directory has a file of its name.
 */
export function initScript(input: InitScriptInput): string {
  const quote = shellQuote;
  return `#!/bin/sh
# Written by kubeslice playground; a change is overwritten.
set -eu
export PATH=${quote(input.path)} HOME=/root LANG=C.UTF-8
hostname ${quote(input.machine)}
mount -t proc proc /proc

# Mounts below /run belong to the host; kept here they would keep other namespaces alive.
awk '$5 ~ "^/run(/|$)" { print $5 }' /proc/self/mountinfo | sort -r | while read -r point; do umount -l "$point" 2>/dev/null || :; done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/lock

umount -l -R /sys
mount -t sysfs sysfs /sys
${controlGroupMounts(input.hierarchies)}
${Object.entries(input.binds)
  .map(([from, to]) => `mount --bind ${quote(from)} ${quote(to)}`)
  .join('\n')}
mount --make-rshared /
ip link set lo up
${input.preparation.join('\n')}

supervise() {
  name=$1
  shift
  while :; do
    while [ -e ${quote(input.paths.hold)}/"$name" ]; do sleep 0.1; done
    "$@" >>${quote(input.paths.logs)}/"$name.log" 2>&1 &
    child=$!
    echo "$child" >${quote(input.paths.pids)}/"$name"
    code=0
    wait "$child" || code=$?
    rm -f ${quote(input.paths.pids)}/"$name"
    echo "playground: $name ended ($code) at $(date -u +%H:%M:%S); it is started again" >>${quote(input.paths.logs)}/"$name.log"
    sleep 0.5
  done
}
${input.services.map((service) => `supervise ${quote(service.name)} ${service.command.map(quote).join(' ')} &`).join('\n')}
wait
`;
}

function controlGroupMounts(all: readonly Hierarchy[]): string {
  if (isPureVersion2(all)) {
    return [
      'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
      'for each in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$each" >/sys/fs/cgroup/cgroup.subtree_control; done',
    ].join('\n');
  }
  const lines = ['mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup'];
  for (const { version, mountPoint, options } of all) {
    const point = `/sys/fs/cgroup/${basename(mountPoint)}`;
    const type = version === 2 ? 'cgroup2 cgroup2' : `cgroup -o ${shellQuote(options)} cgroup`;
    lines.push(`mkdir ${shellQuote(point)} && mount -t ${type} ${shellQuote(point)}`);
    // A joined hierarchy (cpu,cpuacct) has a link for each of its names.
    const names = options.split(',').filter((name) => options.includes(',') && !name.includes('=') && name !== 'none');
    for (const name of names)
      if (name !== basename(mountPoint)) lines.push(`ln -s ${shellQuote(basename(mountPoint))} /sys/fs/cgroup/${name}`);
  }
  return lines.join('\n');
}

/**
 * The script that starts a machine from the host. It joins the machine's control groups, makes them the root of a control group namespace, and
 * becomes the parent of process 1 in new mount, PID, UTS and IPC namespaces. Killing either of the two ends everything in the machine.
 */
export function startScript(input: { networkNamespace: string; paths: MachinePaths; groups: readonly string[] }): string {
  const join = (suffix: string): string =>
    input.groups.map((group) => `echo $$ >${shellQuote(`${group}${suffix}/cgroup.procs`)}`).join('\n');
  return `#!/bin/sh
# Written by kubeslice playground; a change is overwritten.
set -eu
if [ "\${1:-}" != inside ]; then
${join('')}
exec unshare --cgroup sh "$0" inside
fi
${join('/system')}
exec nsenter --net=${shellQuote(`/run/netns/${input.networkNamespace}`)} unshare --mount --uts --ipc --pid --fork --kill-child --propagation private tini -- sh ${shellQuote(input.paths.init)}
`;
}
