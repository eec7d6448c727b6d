import { memberNamespace, trustConfigMap } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { createEvents } from '../../../kubernetes/events.ts';
import type { AuditNote } from '../../../plan/audit/trust-notes.ts';
import { fieldManager } from '../open-cluster.ts';

/** Writes a change of trust that an administrator made as an Event on the ConfigMap with the pinned authorities. */
export const reportTrust = async (member: Client, note: AuditNote, signal: AbortSignal): Promise<void> => {
  const events = createEvents({ client: member, component: fieldManager, instance: `${fieldManager}-${Date.now()}`, signal });
  const metadata = { namespace: memberNamespace, name: trustConfigMap };
  events.emit({ regarding: { apiVersion: 'v1', kind: 'ConfigMap', metadata }, ...note });
  await events.flush();
};
