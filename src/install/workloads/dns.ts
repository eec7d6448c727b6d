import { dnsService, memberNamespace } from '../../api/places.ts';
import type { PodDisruptionBudget } from '../../values/builtin/pod-disruption-budget.ts';
import type { Service } from '../../values/builtin/service.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import { componentName, metadata, selectorLabels } from '../metadata.ts';
import type { MemberOptions } from '../options.ts';
import { planDeployment } from './deployment.ts';
import { planDisruptionBudget } from './disruption-budget.ts';

const component = 'dns';

/** Above 1023, so that the server needs no capability; the Service maps 53 to it. */
const listenPort = 5353;

/**
 * A stopping server reports not ready within two seconds, and answers for six more. Cluster DNS keeps its sockets, so its queries reach the same
 * server until the service proxy has removed it; a server that stopped earlier would refuse them. One probe every two seconds suffices for that; at one
 * a second, probes were most of what the program costs at rest.
 */
const readiness = { periodSeconds: 2, failureThreshold: 1 };
const drainMs = 8_000;

/** The DNS servers of a member cluster, and the Service to which the cluster's own DNS forwards. */
export const planDns = (options: MemberOptions): [Deployment, Service, PodDisruptionBudget] => {
  const labels = selectorLabels(component);
  const meta = metadata(componentName(component), { namespace: memberNamespace, component });
  const ports = [
    { name: 'dns', protocol: 'UDP' as const },
    { name: 'dns-tcp', protocol: 'TCP' as const },
  ];
  return [
    planDeployment({
      component,
      namespace: memberNamespace,
      options,
      placement: options.dns,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      env: [
        { name: 'DNS_PORT', value: String(listenPort) },
        { name: 'DNS_DRAIN_MS', value: String(drainMs) },
      ],
      readiness,
      ports: ports.map((port) => ({ ...port, containerPort: listenPort })),
    }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...meta, name: dnsService },
      spec: { selector: labels, ports: ports.map((port) => ({ ...port, port: 53, targetPort: port.name })) },
    },
    planDisruptionBudget(component, memberNamespace),
  ];
};
