import type { Run } from '../../host/run.ts';
import { makeCharonRoot } from '../../kernel/ipsec/charon-root.ts';
import { LinuxKernel } from '../../kernel/linux.ts';
import { findPodNamespaces } from '../../kernel/pod/pod-namespaces.ts';
import { machineOfInit } from '../../kernel/tunnel/detached.ts';
import { netnsPrefix } from '../../plan/node/interface-names.ts';
import { installIpsecProgram } from './cni/host-files.ts';
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
    ipsec: {
      binary: `${settings.stateDirectory}/bin/ipsec-tunnel`,
      program: `${settings.hostFiles}/ipsec-tunnel`,
      root: async (signal) => {
        await installIpsecProgram(settings);
        return makeCharonRoot(settings.stateDirectory, run, signal);
      },
    },
    tunnels: {
      binary: tunnelProgram,
      enter: ['nsenter', '--target', '1', '--mount', '--net', '--'],
      cgroup: 'kubeslice',
      machine: machineOfInit(run),
    },
  });
