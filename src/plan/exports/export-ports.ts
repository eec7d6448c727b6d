import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ExportPort } from '../../exchange/statement/export.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';

/** A port as its owner wrote it: the target may be the name of a container port. */
export interface WantedPort extends Omit<ExportPort, 'targetPort'> {
  readonly targetPort: number | string;
}

/** The ports of an export: those of its spec, else those of the Service. */
export const wantedPorts = (exported: ServiceExport, service: Service | undefined): WantedPort[] => {
  if (exported.spec.ports !== undefined && exported.spec.ports.length > 0) {
    return exported.spec.ports.map((port) => ({
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol: (port.protocol ?? 'TCP').toUpperCase() as ExportPort['protocol'],
      port: port.servicePort ?? port.containerPort,
      targetPort: port.containerPort,
      ...(port.serviceProtocol === undefined ? {} : { appProtocol: port.serviceProtocol.toLowerCase() }),
    }));
  }
  return (service?.spec?.ports ?? []).map((port) => ({
    ...(port.name === undefined ? {} : { name: port.name }),
    protocol: port.protocol ?? 'TCP',
    port: port.port,
    targetPort: port.targetPort ?? port.port,
    ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
  }));
};

/** A port as text for people, for example `80/TCP`. */
export const portText = ({ port, protocol }: { readonly port: number; readonly protocol: string }): string => `${port}/${protocol}`;

/** The number of a target port in a pod; undefined when no container has a port of that name and protocol. */
const targetIn = (pod: Pod, { targetPort, protocol }: WantedPort): number | undefined =>
  typeof targetPort === 'number'
    ? targetPort
    : (pod.spec?.containers ?? [])
        .flatMap((container) => container.ports ?? [])
        .find((port) => port.name === targetPort && (port.protocol ?? 'TCP') === protocol)?.containerPort;

/** The number that most pods have for the port; of equals, that of the first pod. */
const commonTarget = (wanted: WantedPort, pods: readonly Pod[]): number | undefined => {
  const counts = new Map<number, number>();
  for (const pod of pods) {
    const target = targetIn(pod, wanted);
    if (target !== undefined) counts.set(target, (counts.get(target) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0];
};

/** The ports of an export, resolved with the pods that it selects. */
export interface ResolvedPorts {
  /** The ports that can be offered. */
  readonly ports: readonly ExportPort[];
  /** The ports that cannot, because no pod has a port of that name. */
  readonly missing: readonly WantedPort[];
  /** A pod's numbers for the offered ports, in their order; undefined for a pod that lacks one of them. */
  readonly targetsOf: (pod: Pod) => readonly number[] | undefined;
}

/**
 * Resolves names of target ports in the pods, by name and protocol, like Kubernetes for the endpoints of a Service.
 *
 * ```
 * a pod                                    then
 * has every port that any pod has          is an endpoint, with its own numbers where they differ from most pods'
 * lacks one                                is no endpoint: an offer has one list of ports for all its endpoints
 * ```
 * While there is no pod at all, a name keeps its last number (`last`, the previously offered ports); a port whose name never had a number is omitted
 * until there is a pod.
 */
export const resolvePorts = (
  wanted: readonly WantedPort[],
  pods: readonly Pod[],
  last: readonly ExportPort[] | undefined = [],
): ResolvedPorts => {
  const lastTarget = ({ name, port, protocol }: WantedPort): number | undefined =>
    last.find((one) => one.name === name && one.port === port && one.protocol === protocol)?.targetPort;
  const targets = wanted.map((port) => {
    if (typeof port.targetPort === 'number') return { port, target: port.targetPort };
    return { port, target: pods.length === 0 ? lastTarget(port) : commonTarget(port, pods) };
  });
  const found = targets.flatMap(({ port, target }) => (target === undefined ? [] : [{ port, target }]));
  return {
    ports: found.map(({ port, target }) => ({ ...port, targetPort: target })),
    missing: pods.length === 0 ? [] : targets.flatMap(({ port, target }) => (target === undefined ? [port] : [])),
    targetsOf: (pod) => {
      const own = found.flatMap(({ port }) => targetIn(pod, port) ?? []);
      return own.length === found.length ? own : undefined;
    },
  };
};

const firstTwice = (texts: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return texts.find((text) => seen.size === seen.add(text).size);
};

/** The first duplicate in a list of ports: a name, including those that importers generate, or a port with its protocol. */
export const duplicatePort = (ports: readonly ExportPort[]): string | undefined => {
  const name = firstTwice(ports.map((port, index) => port.name ?? `port-${index}`));
  if (name !== undefined) return `the name "${name}"`;
  return firstTwice(ports.map(portText));
};
