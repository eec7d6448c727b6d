import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent } from '../../src/host/read-if-present.ts';
import { systemPath } from '../../src/host/run.ts';
import { writeWholeFile } from '../../src/host/whole-file.ts';
import { podCIDR } from '../clusters/address-plan.ts';
import { networkNamespace } from '../clusters/names.ts';
import { type MachinePaths, type PlaygroundPaths, privateDirectories } from '../clusters/paths.ts';
import type { Machine } from '../clusters/spec.ts';
import { containerdConfiguration } from '../config/containerd.ts';
import { controlPlaneServices } from '../config/control-plane.ts';
import { kubeconfig } from '../config/kubeconfig.ts';
import { kubeletConfiguration, kubeProxyConfiguration } from '../config/kubelet.ts';
import { podNetwork } from '../config/pod-network.ts';
import type { ClusterKeys } from '../keys/cluster-keys.ts';
import { copyPlugins, type ProgramName, programFolder, type Tools } from '../toolchain/tools.ts';
import { type Hierarchy } from './control-groups.ts';
import { initScript, type Service, startScript } from './init-script.ts';
import { machineGroup } from './machine.ts';

/** Inputs of the files of a machine. */
export interface MachineFilesInput {
  playground: string;
  paths: PlaygroundPaths;
  machine: Machine;
  controlPlane: Machine;
  keys: ClusterKeys;
  hierarchies: readonly Hierarchy[];
  tools: Tools;
  restrictOomScore: boolean;
}

/** Writes scripts and configuration of a machine. Returns their fingerprint: a machine that runs with another one must be restarted. */
export async function writeMachineFiles(input: MachineFilesInput): Promise<string> {
  const own = input.paths.machine(input.machine.name);
  for (const directory of [own.config, own.logs, own.hold, own.pids]) await mkdir(directory, { recursive: true });
  const node = input.machine.role === 'node';
  const { files, services, preparation } = node ? await nodeFiles(input, own) : await controlPlaneFiles(input, own);
  const binds = Object.fromEntries(
    node ? Object.entries(privateDirectories).map(([folder, target]) => [join(own.files, folder), target]) : [],
  );
  for (const directory of Object.keys(binds)) await mkdir(directory, { recursive: true });
  files[own.init] = initScript({
    machine: input.machine.name,
    paths: own,
    path: `${programFolder(input.paths)}:${systemPath}`,
    hierarchies: input.hierarchies,
    binds,
    services,
    preparation,
  });
  const group = machineGroup({ playground: input.playground, name: input.machine.name, paths: own, hierarchies: input.hierarchies });
  files[own.start] = startScript({
    networkNamespace: networkNamespace(input.playground, input.machine.name),
    paths: own,
    groups: input.hierarchies.map((hierarchy) => join(hierarchy.mountPoint, group)),
  });
  const programs = services.map((service) => input.tools.programs[service.command[0] as ProgramName]);
  const fingerprint = createHash('sha256').update(JSON.stringify([files, programs]));
  for (const [path, text] of Object.entries(files)) await writeChanged(path, text);
  if (node) await writeOnce(input, own);
  return fingerprint.digest('hex');
}

/** Does not write a file that is already correct: kube-proxy ends whenever its configuration is written. */
async function writeChanged(path: string, text: string): Promise<void> {
  if ((await readIfPresent(path)) === text) return;
  await writeWholeFile(path, text, 0o600);
}

interface Written {
  files: Record<string, string>;
  services: Service[];
  preparation: string[];
}

async function controlPlaneFiles({ machine, keys }: MachineFilesInput, own: MachinePaths): Promise<Written> {
  const paths = {
    certificate: (name: string) => keys.certificate(name),
    key: (name: string) => keys.key(name),
    controllerManagerKubeconfig: join(own.config, 'controller-manager.kubeconfig'),
    schedulerKubeconfig: join(own.config, 'scheduler.kubeconfig'),
  };
  return {
    files: {
      [paths.controllerManagerKubeconfig]: await clientKubeconfig(keys, 'controller-manager', machine.address),
      [paths.schedulerKubeconfig]: await clientKubeconfig(keys, 'scheduler', machine.address),
    },
    services: controlPlaneServices(machine.name, machine.address, join(own.files, 'etcd'), paths),
    preparation: [],
  };
}

async function nodeFiles({ machine, controlPlane, keys, tools, restrictOomScore }: MachineFilesInput, own: MachinePaths): Promise<Written> {
  const at = (name: string): string => join(own.config, name);
  const files = {
    [at('kubelet.kubeconfig')]: await clientKubeconfig(keys, machine.name, controlPlane.address),
    [at('proxy.kubeconfig')]: await clientKubeconfig(keys, 'proxy', controlPlane.address),
    [at('kubelet.yaml')]: kubeletConfiguration({
      authority: keys.certificate('ca'),
      certificate: keys.certificate(machine.name),
      key: keys.key(machine.name),
      resolvConf: at('resolv.conf'),
    }),
    [at('kube-proxy.yaml')]: kubeProxyConfiguration(machine.name, at('proxy.kubeconfig'), podCIDR),
    [at('containerd.toml')]: containerdConfiguration({ pauseImage: tools.pauseImage, restrictOomScore, snapshotter: 'overlayfs' }),
    [at('resolv.conf')]: '# A playground has no way out, hence no name server.\n',
    [at('masquerade.nft')]: masquerade,
  };
  const services: Service[] = [
    { name: 'containerd', command: ['containerd', `--config=${at('containerd.toml')}`, '--log-level=warn'] },
    {
      name: 'kubelet',
      command: [
        'kubelet',
        `--config=${at('kubelet.yaml')}`,
        `--kubeconfig=${at('kubelet.kubeconfig')}`,
        `--hostname-override=${machine.name}`,
        `--node-ip=${machine.address}`,
      ],
    },
    { name: 'kube-proxy', command: ['kube-proxy', `--config=${at('kube-proxy.yaml')}`] },
  ];
  return { files, services, preparation: ['echo 1 >/proc/sys/net/ipv4/ip_forward', `nft -f ${at('masquerade.nft')}`] };
}

/** Pod traffic leaves a cluster with the node's address, because every cluster uses the same pod addresses. */
const masquerade = `table ip playground
delete table ip playground
table ip playground {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "eth0" ip saddr ${podCIDR} ip daddr != ${podCIDR} masquerade
  }
}
`;

/** Files that others change later (a chained CNI plugin, plugins of their own) are written only once. */
async function writeOnce({ machine, tools }: MachineFilesInput, own: MachinePaths): Promise<void> {
  const network = join(own.files, 'etc-cni', 'net.d', '10-playground.conflist');
  const present = await access(network).then(
    () => true,
    () => false,
  );
  if (present || machine.podCIDR === undefined) return;
  await copyPlugins(tools.cniPlugins, join(own.files, 'opt-cni', 'bin'));
  await mkdir(join(own.files, 'etc-cni', 'net.d'), { recursive: true });
  await writeFile(network, podNetwork(machine.podCIDR));
}

async function clientKubeconfig(keys: ClusterKeys, name: string, address: string): Promise<string> {
  const authority = await readFile(keys.certificate('ca'), 'utf8');
  return kubeconfig([{ context: 'default', user: name, server: `https://${address}:6443`, authority, client: await keys.read(name) }]);
}
