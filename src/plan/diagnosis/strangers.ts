import type { DaemonSet, Deployment } from '../../values/builtin/workloads.ts';
import type { Stranger } from './cluster-view.ts';

const programs = ['controller', 'worker', 'agent', 'dns'];

/** Names of programs that also make slices: those of other installations, and of the project with the same kinds. */
const names = /^(kubeslice-(controller|worker|operator|agent|dns)(-manager)?|nsmgr|forwarder-kernel)$/;

/** Whether a workload is a program of KubeSlice, under any name: by label, by its command, or by name. */
const isProgram = ({ metadata, spec }: Deployment | DaemonSet): boolean => {
  const container = spec?.template.spec.containers[0];
  const image = (container?.image ?? '')
    .replace(/[:@].*$/, '')
    .split('/')
    .at(-1);
  const runsOurs = image === 'kubeslice' && programs.includes(container?.args?.[0] ?? '');
  return metadata.labels?.['app.kubernetes.io/name'] === 'kubeslice' || runsOurs || names.test(metadata.name);
};

/** Programs of KubeSlice of another installation. `ours` are namespace/name. */
export const strangersAmong = (
  workloads: readonly { readonly kind: string; readonly object: Deployment | DaemonSet }[],
  ours: ReadonlySet<string>,
): Stranger[] =>
  workloads.flatMap(({ kind, object }) => {
    const { namespace = '', name } = object.metadata;
    if (ours.has(`${namespace}/${name}`) || !isProgram(object)) return [];
    return [{ kind, namespace, name, image: object.spec?.template.spec.containers[0]?.image ?? '' }];
  });
