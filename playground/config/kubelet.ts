import { stringify } from 'yaml';
import { dnsServiceAddress } from '../clusters/address-plan.ts';

/** Files a kubelet reads. */
export interface KubeletFiles {
  authority: string;
  certificate: string;
  key: string;
  resolvConf: string;
}

/** A KubeletConfiguration (kubelet.config.k8s.io/v1beta1) for a node whose control groups are in a namespace of their own. */
export function kubeletConfiguration(files: KubeletFiles): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: files.authority } },
    authorization: { mode: 'Webhook' },
    tlsCertFile: files.certificate,
    tlsPrivateKeyFile: files.key,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: '/',
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    clusterDNS: [dnsServiceAddress],
    clusterDomain: 'cluster.local',
    resolvConf: files.resolvConf,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    // All nodes share the machine's disk and memory, so pressure on them must not evict pods.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.available': '0%' },
    imageGCHighThresholdPercent: 100,
    // A changed ConfigMap (cluster DNS) reaches its pods within this time instead of a minute.
    syncFrequency: '5s',
    oomScoreAdj: 0,
  });
}

/** A KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1). Connection tracking limits belong to the host and stay unchanged. */
export function kubeProxyConfiguration(nodeName: string, kubeconfigFile: string, clusterCIDR: string): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: kubeconfigFile },
    clusterCIDR,
    hostnameOverride: nodeName,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    nftables: { minSyncPeriod: '100ms' },
    oomScoreAdj: 0,
  });
}
