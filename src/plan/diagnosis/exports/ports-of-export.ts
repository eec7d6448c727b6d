import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import { shellQuote } from '../../../values/text/shell-quote.ts';
import { selects } from '../../exports/pods/selector.ts';
import type { ClusterView } from '../cluster-view.ts';
import { commandsFor } from '../finding.ts';
import type { ExportRemedy } from './export-remedy.ts';

/** For a port of a Service without a target: a name that no container has, or a number that no container declares. */
export const wrongTargetPort = (view: ClusterView, exported: ServiceExport, by: 'string' | 'number'): ExportRemedy => {
  const { name, namespace = '' } = exported.metadata;
  const commands = commandsFor(view.contexts);
  const service = view.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const selected = view.applicationPods.filter(
    (pod) => pod.metadata.namespace === namespace && selects({ matchLabels: service?.spec?.selector ?? {} }, pod.metadata.labels),
  );
  const ports = selected[0]?.spec?.containers.flatMap(({ ports: list = [] }) => list) ?? [];
  const at =
    service?.spec?.ports?.findIndex(
      ({ port, targetPort: target = port }) =>
        typeof target === by && !ports.some(({ name: named, containerPort }) => named === target || containerPort === target),
    ) ?? -1;
  const [right] = ports;
  if (at < 0 || right === undefined) return { remedy: commands.kubectl(namespace, `describe service ${name}`) };
  const patch = [{ op: 'replace', path: `/spec/ports/${at}/targetPort`, value: right.name ?? right.containerPort }];
  return {
    evidence: `ports of pod ${selected[0]?.metadata.name ?? ''}: ${ports.map((port) => `${port.name ?? '-'} ${port.containerPort}`).join(', ')}`,
    remedy: commands.kubectl(namespace, `patch service ${name} --type json -p ${shellQuote(JSON.stringify(patch))}`),
  };
};
