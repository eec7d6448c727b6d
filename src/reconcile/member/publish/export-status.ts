import { serviceExportKind } from '../../../api/kinds.ts';
import type { ServiceExport, ServiceExportStatus } from '../../../api/serviceexport/type.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';

/** Equal but for the time of the last publication. */
const sameStatus = (exported: ServiceExport, status: object): boolean => {
  const { lastSync: _, ...before } = exported.status ?? {};
  return canonicalJson(before) === canonicalJson(status);
};

/** Writes the status of an export, with the time (in seconds since 1970) of its publication; no write when it is unchanged. */
export const writeExportStatus = async (
  client: Client,
  exported: ServiceExport,
  status: ServiceExportStatus,
  lastSync: number,
  signal: AbortSignal,
): Promise<void> => {
  if (sameStatus(exported, status)) return;
  // A merge patch keeps fields that it does not name: the ports and pods of a withdrawn offer would stay.
  const gone = Object.fromEntries(Object.keys(exported.status ?? {}).map((field) => [field, null]));
  const patch = { status: { ...gone, ...status, lastSync } };
  await client.mergePatch(serviceExportKind, exported.metadata, patch, { signal, subresource: 'status' });
};
