import { configMapKind } from '../../kubernetes/kinds.ts';
import type { ClockView } from '../../plan/diagnosis/cluster-view.ts';
import { Failure } from '../../values/failure.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';

/** The clock of the API server, by the creation time of an object in a dry run; undefined without the right to create one. */
export const serverClock = async ({ client }: OpenCluster, signal: AbortSignal): Promise<ClockView[]> => {
  const start = Date.now();
  const trial = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'kubeslice-diagnosis' } } as const;
  const made = await client.create(configMapKind, trial, { signal, dryRun: true }).catch((error: unknown) => {
    if (Failure.is(error, 'Interrupted')) throw error;
    return undefined;
  });
  const at = Date.parse(made?.metadata.creationTimestamp ?? '');
  const halfMs = (Date.now() - start) / 2;
  // The server returns whole seconds.
  const clock = { aheadMs: at + 500 - start - halfMs, doubtMs: halfMs + 500, isReference: true };
  return Number.isNaN(at) ? [] : [{ object: 'API server', of: 'the API server', ...clock }];
};

/** The clock of the hub, by the date in its answer to a pod. */
export const hubClock = (date: number | undefined, start: number, end: number): ClockView[] => {
  const halfMs = (end - start) / 2;
  return date === undefined ? [] : [{ object: 'the hub', of: 'the hub', aheadMs: date + 500 - start - halfMs, doubtMs: halfMs + 500 }];
};
