import type { ExportPort } from '../../api/notice/statement.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';

const named = (pods: readonly Pod[], name: string): number | undefined => {
  for (const pod of pods) {
    for (const container of pod.spec?.containers ?? []) {
      const port = container.ports?.find((candidate) => candidate.name === name);
      if (port !== undefined) return port.containerPort;
    }
  }
  return undefined;
};

/**
 * The ports of an export: those of its spec, else those of the Service.
 *
 * A `targetPort` by name is looked up in the pods; without any pod that names it, the service port stands in until one comes.
 */
export const exportPorts = (exported: ServiceExport, service: Service | undefined, pods: readonly Pod[]): ExportPort[] => {
  if (exported.spec.ports !== undefined && exported.spec.ports.length > 0) {
    return exported.spec.ports.map((port) => ({
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol: (port.protocol ?? 'TCP').toUpperCase(),
      port: port.servicePort ?? port.containerPort,
      targetPort: port.containerPort,
      ...(port.serviceProtocol === undefined ? {} : { appProtocol: port.serviceProtocol.toLowerCase() }),
    }));
  }
  return (service?.spec?.ports ?? []).map((port) => {
    const target = port.targetPort ?? port.port;
    return {
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol: port.protocol ?? 'TCP',
      port: port.port,
      targetPort: typeof target === 'number' ? target : (named(pods, target) ?? port.port),
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    };
  });
};
