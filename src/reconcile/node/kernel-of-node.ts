import type { Run } from '../../host/run.ts';
import { LinuxKernel } from '../../kernel/linux.ts';
import { findPodNamespaces } from '../../kernel/pod/pod-namespaces.ts';
import { machineOfInit } from '../../kernel/tunnel/detached.ts';
import { netnsPrefix } from '../../plan/node/interface-names.ts';
import type { AgentSettings } from './settings.ts';

/**
 * The kernel of this container's node, with the node's network and PID namespaces. Tunnel processes start from PID 1's mount namespace, so that they
 * keep no part of the container in use.
 *
 * @param tunnelProgram path of wireguard-go, the same here and on the node
 */
export const kernelOfNode = (settings: AgentSettings, tunnelProgram: string, run: Run): LinuxKernel =>
  new LinuxKernel({
    run,
    enter: [],
    netnsPrefix,
    directory: settings.runDirectory,
    tunnelProgram,
    podNamespaces: async () => (await findPodNamespaces()).values(),
    // The image has no strongSwan for nodes yet, so the driver is reported as unusable there.
    ipsec: { program: `${settings.hostFiles}/ipsec-tunnel`, charon: '/usr/sbin/charon-systemd' },
    tunnels: {
      binary: tunnelProgram,
      enter: ['nsenter', '--target', '1', '--mount', '--net', '--'],
      cgroup: 'kubeslice',
      machine: machineOfInit(run),
    },
  });
