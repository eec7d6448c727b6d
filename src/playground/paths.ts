import { join } from 'node:path';

/** Where things of one machine are kept. */
export interface MachinePaths {
  directory: string;
  start: string;
  init: string;
  config: string;
  logs: string;
  /** A file named by a service here keeps that service from running. */
  hold: string;
  /** Process id of each service, as seen inside the machine. */
  pids: string;
  /** Fingerprint of the configuration the machine was started with. */
  started: string;
  /** Directories that the node has to itself, such as /var/lib/kubelet. */
  files: string;
}

/** Where things of one playground are kept. */
export interface PlaygroundPaths {
  directory: string;
  spec: string;
  lock: string;
  kubeconfig: string;
  faults: string;
  clusterKeys(cluster: string): string;
  machine(name: string): MachinePaths;
}

/** Layout of a state directory that holds all playgrounds, for the one named. */
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

/** What a node has to itself, by its path inside the node; the key is the folder below `files`. */
export const privateDirectories: Readonly<Record<string, string>> = {
  kubelet: '/var/lib/kubelet',
  containerd: '/var/lib/containerd',
  kubeslice: '/var/lib/kubeslice',
  'log-pods': '/var/log/pods',
  'log-containers': '/var/log/containers',
  'etc-cni': '/etc/cni',
  'opt-cni': '/opt/cni',
};
