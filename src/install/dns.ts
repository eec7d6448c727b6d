import { dnsService, memberNamespace } from '../api/places.ts';
import type { PodDisruptionBudget } from '../values/builtin/pod-disruption-budget.ts';
import type { Service } from '../values/builtin/service.ts';
import type { Deployment } from '../values/builtin/workloads.ts';
import { podBasics, podHealth, programContainer, restricted, scratch } from './container.ts';
import { componentName, metadata, selectorLabels } from './metadata.ts';
import type { MemberOptions } from './options.ts';
import { spread } from './spread.ts';

const component = 'dns';

/** Above 1023, so that the server needs no capability; the Service maps 53 to it. */
const listenPort = 5353;

/** The DNS servers of a member cluster, and the Service that the cluster's own DNS forwards to. */
export const planDns = (options: MemberOptions): [Deployment, Service, PodDisruptionBudget] => {
  const labels = selectorLabels(component);
  const meta = metadata(componentName(component), { namespace: memberNamespace, component });
  const ports = [
    { name: 'dns', protocol: 'UDP' as const },
    { name: 'dns-tcp', protocol: 'TCP' as const },
  ];
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta,
      spec: {
        replicas: options.dns.replicas,
        selector: { matchLabels: labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels },
          spec: {
            ...podBasics(component, options, options.dns),
            priorityClassName: 'system-cluster-critical',
            topologySpreadConstraints: spread(labels),
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              programContainer({
                component,
                options,
                placement: options.dns,
                health: podHealth,
                securityContext: restricted,
                env: [{ name: 'DNS_PORT', value: String(listenPort) }],
                ports: ports.map((port) => ({ ...port, containerPort: listenPort })),
                volumeMounts: scratch.mounts,
              }),
            ],
            volumes: scratch.volumes,
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...meta, name: dnsService },
      spec: { selector: labels, ports: ports.map((port) => ({ ...port, port: 53, targetPort: port.name })) },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: meta,
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
  ];
};
