import { version } from '../../src/programs/version.ts';

/** The image with which people try things, of this version. */
export const demoImage = `kubeslice/demo:${version}`;

/** A namespace. */
export const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const pod = (name: string, ns: string, app: string, container: object, extra: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: ns, labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image: demoImage, imagePullPolicy: 'IfNotPresent', ...container }],
    ...extra,
  },
});

/** A pod that waits, to call from. */
export const client = (name: string, ns: string): object => pod(name, ns, name, { command: ['sleep', 'infinity'] });

/** A pod that says who answers and who asks, on each of the ports. */
export const server = (name: string, ns: string, cluster: string, ports: readonly number[], ready?: object): object => {
  const container = (port: number, index: number) => ({
    name: `port-${index}`,
    image: demoImage,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'CLUSTER', value: cluster },
      { name: 'POD_NAME', value: name },
      { name: 'PORT', value: String(port) },
    ],
    ports: [{ containerPort: port, name: `p${port}` }],
    readinessProbe: ready ?? { httpGet: { path: '/', port }, periodSeconds: 1 },
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: ns, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, containers: ports.map(container) },
  };
};

/** A pod that runs one of the scripts of test/e2e/fixtures, which come in a ConfigMap. */
export const script = (name: string, ns: string, file: string, env: Readonly<Record<string, string>> = {}): object =>
  pod(
    name,
    ns,
    name,
    {
      command: ['node', `/scripts/${file}`],
      env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
      volumeMounts: [{ name: 'scripts', mountPath: '/scripts' }],
    },
    { volumes: [{ name: 'scripts', configMap: { name: 'scripts' } }] },
  );

/** A pod on the network of a given node, with the right to look at packets and at the node's files. */
export const watcher = (name: string, ns: string, node: string): object =>
  pod(
    name,
    ns,
    name,
    {
      command: ['sleep', 'infinity'],
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'node', mountPath: '/node', mountPropagation: 'HostToContainer' }],
    },
    { nodeName: node, hostNetwork: true, volumes: [{ name: 'node', hostPath: { path: '/' } }] },
  );

/** A Service in front of the pods of an app; `targets` are the pods' ports where they differ from its own. */
export const service = (name: string, ns: string, app: string, ports: readonly number[], targets = ports): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: ns },
  spec: { selector: { app }, ports: ports.map((port, index) => ({ name: `p${port}`, port, targetPort: targets[index] })) },
});

/** A Slice as people write it; it may be deleted with pods in it. */
export const slice = (name: string, subnet: string, namespaces: readonly string[], spec: object = {}): object => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name, namespace: 'default', annotations: { 'kubeslice.io/confirm-deletion': 'true' } },
  spec: { sliceSubnet: subnet, namespaceIsolationProfile: { allowedNamespaces: namespaces }, ...spec },
});

/** A ServiceExport as people write it. */
export const serviceExport = (name: string, ns: string, sliceName: string, spec: object = {}): object => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name, namespace: ns },
  spec: { slice: sliceName, ...spec },
});

/** The name by which an export is found. */
export const nameOf = (name: string, ns: string): string => `${name}.${ns}.svc.slice.local`;

/** The names that answer with the endpoints of each cluster, joined by commas: the name of a service answers with its address. */
export const endpointNames = (name: string, ns: string): string =>
  ['east', 'west'].map((cluster) => `${cluster}.${nameOf(name, ns)}`).join();
