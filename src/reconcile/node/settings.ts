import type { ProgramContext } from '../../host/program.ts';
import { Failure } from '../../values/failure.ts';
import { peerEndpointPort } from '../../values/ports.ts';

/** Paths and names of the agent. Paths are those in its container; `/host` is the prefix of the node's own paths. */
export interface AgentSettings {
  readonly node: string;
  /** On tmpfs: socket of the CNI plugin, private keys, records of processes and rules, the snapshot of this boot. */
  readonly runDirectory: string;
  /** On disk: snapshot, copies of private keys, programs for tunnels. It has the same path on the node. */
  readonly stateDirectory: string;
  /** Static programs of the image: wireguard-go and the CNI plugin for the node, prober, relay and launcher for the agent. */
  readonly hostFiles: string;
  readonly cniBin: string;
  readonly cniConf: string;
  /** Where /healthz, /readyz and /metrics are served, for the node itself. */
  readonly health: { readonly host: string; readonly port: number };
  /** Whether packets of pods travel only under keys from mutual TLS, between nodes that both do so; `required` for no packets to other nodes. */
  readonly bindKeys: boolean | 'required';
  /** Where this cluster's worker requests notices of other clusters; the address is one of the node's, undefined to serve nothing. */
  readonly peerEndpoint: { readonly host: string | undefined; readonly port: number };
}

/** Settings from the environment; `InvalidInput` without the name of the node. */
export const agentSettings = (env: ProgramContext['env']): AgentSettings => {
  const node = env.NODE_NAME;
  if (node === undefined || node === '') {
    throw new Failure('InvalidInput', 'NODE_NAME is not set; set it to the name of the node of the agent (spec.nodeName of its pod).');
  }
  return {
    node,
    runDirectory: env.KUBESLICE_RUN ?? '/run/kubeslice',
    stateDirectory: env.KUBESLICE_STATE ?? '/var/lib/kubeslice',
    hostFiles: env.KUBESLICE_HOST_FILES ?? '/opt/kubeslice/host',
    cniBin: env.KUBESLICE_CNI_BIN ?? '/host/opt/cni/bin',
    cniConf: env.KUBESLICE_CNI_CONF ?? '/host/etc/cni/net.d',
    health: { host: env.HEALTH_HOST ?? '127.0.0.1', port: Number(env.HEALTH_PORT ?? 9809) },
    bindKeys: env.KUBESLICE_BIND_KEYS === 'required' ? 'required' : env.KUBESLICE_BIND_KEYS === 'true',
    peerEndpoint: { host: env.HOST_IP, port: Number(env.PEER_ENDPOINT_PORT ?? peerEndpointPort) },
  };
};

/** Path of the socket for the CNI plugin. */
export const cniSocket = (settings: Pick<AgentSettings, 'runDirectory'>): string => `${settings.runDirectory}/agent.sock`;

/** Path of the relay in the agent's own container. */
export const relayProgram = (settings: Pick<AgentSettings, 'hostFiles'>): string => `${settings.hostFiles}/relay`;

/** Path of the launcher in the agent's own container. */
export const launcherProgram = (settings: Pick<AgentSettings, 'hostFiles'>): string => `${settings.hostFiles}/launcher`;

/** Folder of the sockets of relays. */
export const relayDirectory = (settings: Pick<AgentSettings, 'runDirectory'>): string => `${settings.runDirectory}/relay`;

/** Folder of the keys that this node agreed on with its peers. */
export const peerKeysDirectory = (settings: Pick<AgentSettings, 'runDirectory'>): string => `${settings.runDirectory}/agent/peer-keys`;
