import { demoImage } from '../workloads.ts';

/** How many servers a Deployment has, and how they end. */
export interface Servers {
  readonly name: string;
  readonly ns: string;
  readonly cluster: string;
  readonly replicas: number;
  /** How long they serve on when they are told to end. @default 0: they quit the moment they are told to, so that nothing keeps them until the last client has heard of it */
  readonly drainMs?: number;
}

/** A Deployment of servers that answer on port 80, on as many nodes as possible. */
export const servers = ({ name, ns, cluster, replicas, drainMs = 0 }: Servers): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: ns },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 5,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { app: name } },
          },
        ],
        containers: [
          {
            name: 'server',
            image: demoImage,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', '/scripts/quitter.mjs'],
            env: [
              { name: 'CLUSTER', value: cluster },
              { name: 'DRAIN_MS', value: String(drainMs) },
              { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            ports: [{ containerPort: 80, name: 'p80' }],
            readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
            volumeMounts: [{ name: 'scripts', mountPath: '/scripts' }],
          },
        ],
        volumes: [{ name: 'scripts', configMap: { name: 'scripts' } }],
      },
    },
  },
});
