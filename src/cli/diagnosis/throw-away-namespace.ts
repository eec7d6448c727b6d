import { randomBytes } from 'node:crypto';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import type { Client } from '../../kubernetes/client.ts';
import { namespaceKind } from '../../kubernetes/kinds.ts';
import { removeAllOf, removeAndWait } from '../steps/removing/remove.ts';

/** Label of temporary namespaces of commands; its value is the command. */
const throwAwayLabel = 'kubeslice.io/throw-away';

/** How long the removal may take at the end, even when the command was interrupted. */
const removalMs = 60_000;

/** The purpose and needs of a temporary namespace. */
export interface ThrowAway {
  readonly purpose: 'doctor' | 'verify';
  /** The level of the Pod Security Standards that its pods need. */
  readonly level: 'privileged' | 'restricted';
  readonly signal: AbortSignal;
}

/** A new name for a namespace of a purpose. */
export const throwAwayName = (purpose: ThrowAway['purpose']): string => `kubeslice-${purpose}-${randomBytes(4).toString('hex')}`;

/** Creates a namespace, and removes leftovers of an earlier run that was killed. */
export const makeThrowAway = async (client: Client, name: string, { purpose, level, signal }: ThrowAway): Promise<void> => {
  await removeThrowAways(client, purpose, name);
  await client.create(
    namespaceKind,
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { [managedByLabel]: managedBy, [throwAwayLabel]: purpose, 'pod-security.kubernetes.io/enforce': level },
      },
    },
    { signal },
  );
};

/** Removes a namespace with all its content and waits for its end, even when the command was interrupted. */
export const removeThrowAway = async (client: Client, name: string): Promise<void> =>
  removeAndWait(client, namespaceKind, { name }, { graceMs: removalMs, signal: AbortSignal.timeout(removalMs * 2) });

/** Removes the namespaces of a purpose except one: leftovers of killed commands. */
export const removeThrowAways = async (client: Client, purpose: ThrowAway['purpose'], except = ''): Promise<number> =>
  removeAllOf(
    client,
    namespaceKind,
    { labelSelector: `${throwAwayLabel}=${purpose}`, only: ({ metadata }) => metadata.name !== except },
    { graceMs: removalMs, signal: AbortSignal.timeout(removalMs * 2) },
  );
