import { join } from 'node:path';

/** Paths of one machine. */
export interface MachinePaths {
  directory: string;
  start: string;
  init: string;
  config: string;
  logs: string;
  /** A file with the name of a service in this folder keeps that service from running. */
  hold: string;
  /** Process id of each service, as PID inside the machine. */
  pids: string;
  /** Fingerprint of the configuration with which the machine was started. */
  started: string;
  /** Private directories of the node, such as /var/lib/kubelet. */
  files: string;
}

/** Paths of one playground. */
export interface PlaygroundPaths {
  directory: string;
  spec: string;
  lock: string;
  kubeconfig: string;
  faults: string;
  clusterKeys(cluster: string): string;
  machine(name: string): MachinePaths;
}

/** The paths of a playground in the state directory of all playgrounds. */
export function playgroundPaths(stateDirectory: string, name: string): PlaygroundPaths {
  const directory = join(stateDirectory, name);
  return {
    directory,
    spec: join(directory, 'playground.json'),
    lock: join(stateDirectory, `.${name}.lock`),
    kubeconfig: join(directory, 'kubeconfig'),
    faults: join(directory, 'faults.json'),
    clusterKeys: (cluster) => join(directory, 'keys', cluster),
    machine: (machine) => {
      const own = join(directory, 'machines', machine);
      return {
        directory: own,
        start: join(own, 'start.sh'),
        init: join(own, 'init.sh'),
        config: join(own, 'config'),
        logs: join(own, 'logs'),
        hold: join(own, 'hold'),
        pids: join(own, 'pids'),
        started: join(own, 'started'),
        files: join(own, 'files'),
      };
    },
  };
}

/** The private directories of a node, by path inside the node; the key is the folder below `files`. */
export const privateDirectories: Readonly<Record<string, string>> = {
  kubelet: '/var/lib/kubelet',
  containerd: '/var/lib/containerd',
  kubeslice: '/var/lib/kubeslice',
  'log-pods': '/var/log/pods',
  'log-containers': '/var/log/containers',
  'etc-cni': '/etc/cni',
  'opt-cni': '/opt/cni',
};
