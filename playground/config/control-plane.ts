import { podCIDR, serviceCIDR } from '../clusters/address-plan.ts';
import type { Service } from '../machine/init-script.ts';

/** Files a control plane reads, by role. */
export interface ControlPlaneFiles {
  certificate(name: string): string;
  key(name: string): string;
  controllerManagerKubeconfig: string;
  schedulerKubeconfig: string;
}

const etcdClient = 'http://127.0.0.1:2379';
const etcdPeer = 'http://127.0.0.1:2380';

/**
 * Command lines of a control plane. etcd listens only on the namespace's loopback, so only the control plane reaches it, and it does not fsync,
 * because a playground's data is disposable. Leader election is off because there is one of each.
 */
export function controlPlaneServices(name: string, address: string, dataDirectory: string, files: ControlPlaneFiles): Service[] {
  return [
    {
      name: 'etcd',
      command: [
        'etcd',
        `--name=${name}`,
        `--data-dir=${dataDirectory}`,
        `--listen-client-urls=${etcdClient}`,
        `--advertise-client-urls=${etcdClient}`,
        `--listen-peer-urls=${etcdPeer}`,
        `--initial-advertise-peer-urls=${etcdPeer}`,
        `--initial-cluster=${name}=${etcdPeer}`,
        '--unsafe-no-fsync',
        '--log-level=warn',
      ],
    },
    { name: 'apiserver', command: apiServer(address, files) },
    { name: 'controller-manager', command: controllerManager(files) },
    {
      name: 'scheduler',
      command: ['kube-scheduler', `--kubeconfig=${files.schedulerKubeconfig}`, '--leader-elect=false', '--profiling=false'],
    },
  ];
}

function apiServer(address: string, files: ControlPlaneFiles): string[] {
  return [
    'kube-apiserver',
    `--etcd-servers=${etcdClient}`,
    '--bind-address=0.0.0.0',
    `--advertise-address=${address}`,
    '--secure-port=6443',
    `--client-ca-file=${files.certificate('ca')}`,
    `--tls-cert-file=${files.certificate('apiserver')}`,
    `--tls-private-key-file=${files.key('apiserver')}`,
    `--kubelet-certificate-authority=${files.certificate('ca')}`,
    `--kubelet-client-certificate=${files.certificate('apiserver-kubelet-client')}`,
    `--kubelet-client-key=${files.key('apiserver-kubelet-client')}`,
    // No DNS knows node names; without this `kubectl exec` and `logs` would resolve them.
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.certificate('service-account')}`,
    `--service-account-signing-key-file=${files.key('service-account')}`,
    `--service-cluster-ip-range=${serviceCIDR}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    // The control plane has routes to pods but no kube-proxy, so it reaches webhooks and aggregated APIs at their endpoints.
    '--enable-aggregator-routing=true',
    '--allow-privileged=true',
    '--profiling=false',
  ];
}

function controllerManager(files: ControlPlaneFiles): string[] {
  return [
    'kube-controller-manager',
    `--kubeconfig=${files.controllerManagerKubeconfig}`,
    '--leader-elect=false',
    `--root-ca-file=${files.certificate('ca')}`,
    `--service-account-private-key-file=${files.key('service-account')}`,
    `--cluster-signing-cert-file=${files.certificate('ca')}`,
    `--cluster-signing-key-file=${files.key('ca')}`,
    '--use-service-account-credentials=true',
    `--cluster-cidr=${podCIDR}`,
    `--service-cluster-ip-range=${serviceCIDR}`,
    // Nodes are created with the pod range for which the network was set up.
    '--allocate-node-cidrs=false',
    '--profiling=false',
  ];
}
