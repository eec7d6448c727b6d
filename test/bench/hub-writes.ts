import type { Bed } from './bed.ts';

const writes = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);

/**
 * Writes that the hub's API server has carried out so far, as its own metric `apiserver_request_total` counts them, to objects of
 * KubeSlice. Leases, which are renewed by the clock and not by changes, and what the cluster itself writes do not count.
 */
export const hubWrites = async (bed: Bed): Promise<number> => {
  const text = String(await bed.hub.raw('/metrics', { signal: bed.signal }));
  let total = 0;
  for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (label('group').endsWith('kubeslice.io') && writes.has(label('verb')) && label('dry_run') === '') total += Number(value);
  }
  return total;
};
