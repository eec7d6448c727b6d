import type { Cluster } from '../../../api/cluster/type.ts';
import { clusterKind } from '../../../api/kinds.ts';
import { memberNamespace, sliceZone } from '../../../api/places.ts';
import type { HubCredential } from '../../../install/member.ts';
import { type Client, createClient } from '../../../kubernetes/client.ts';
import { fixedToken } from '../../../kubernetes/credentials/token-source.ts';
import { Failure } from '../../../values/failure.ts';
import { shellQuote } from '../../../values/text/shell-quote.ts';
import { type CliInput, exitCodes } from '../../command.ts';
import type { Terminal } from '../../render/terminal.ts';
import { fieldManager } from '../open-cluster.ts';
import { waitFor } from '../wait-for.ts';
import { isConnected } from './hub-registration.ts';
import { connectionOf, followCauses, waitForHub, waitForNames } from './member-connection.ts';

/** A waiting join. */
export interface Registering {
  readonly hub: HubCredential;
  readonly member: Client;
  /** Context of the member. */
  readonly context: string;
  readonly terminal: Terminal;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The worker's report why the hub has not received it, as part of a sentence; empty without one. */
const causeOf = async (member: Client): Promise<string> => {
  const conditions = await connectionOf(member, AbortSignal.timeout(5000)).catch(() => []);
  const hub = conditions.find(({ type, status }) => type === 'HubReachable' && status === 'False');
  return hub === undefined ? '' : ` (its worker reports: ${hub.message.replace(/\.$/, '')})`;
};

/**
 * Waits until the hub knows the worker and the worker reaches the hub; meanwhile it prints the worker's own reports, because only the worker knows
 * the causes.
 */
export const waitUntilRegistered = async ({ hub, member, context, terminal, timeoutMs, signal }: Registering): Promise<void> => {
  const registered = new AbortController();
  const causes = followCauses(member, terminal, AbortSignal.any([signal, registered.signal]));

  // With the worker's own token: the join token is withdrawn as soon as the worker is connected.
  const client = createClient(
    { server: hub.server, ca: hub.ca, credential: { kind: 'token', token: fixedToken(hub.token) } },
    { fieldManager, userAgent: 'kubeslice-cli' },
  );
  const began = performance.now();
  const late = async (what: string): Promise<string> =>
    `Cluster "${hub.cluster}" ${what} after ${Math.round(timeoutMs / 1000)} s${await causeOf(member)}; see "kubectl --context ${shellQuote(context)} -n ${memberNamespace} logs deploy/kubeslice-worker" and "kubeslice status" on the hub.`;
  try {
    await waitFor<Cluster>({
      client,
      kind: clusterKind,
      target: { namespace: hub.namespace, name: hub.cluster },
      until: isConnected,
      timeoutMs,
      signal,
      late: async (seen) => late(`is ${seen?.status?.registrationStatus ?? 'not seen by the controller'} on the hub`),
    });
    // The hub may count a cluster that joins again as connected from before.
    if (!(await waitForHub(member, Math.max(1000, timeoutMs - (performance.now() - began)), signal)))
      throw new Failure('Timeout', await late('is registered, and its worker does not reach the hub,'));
  } finally {
    registered.abort();
    await causes;
    client.close();
  }
};

/** Prints whether a name resolves through the cluster's own DNS, as the last part of a join. Resolves to the exit code. @throws Failure Timeout. */
export const reportNames = async ({ terminal, signal }: CliInput, member: Client, timeoutMs: number): Promise<number> => {
  terminal.err(`waiting until cluster DNS answers for ${sliceZone} …`);
  const { state, message } = await waitForNames(member, timeoutMs, signal);
  switch (state) {
    case 'answered':
      terminal.out(`Names are found: ${message}`);
      return exitCodes.ok;
    case 'late':
      throw new Failure('Timeout', `The cluster is connected, but its pods find no names of other clusters: ${message}`);
    case 'unwired':
      terminal.out(message);
      return exitCodes.unhealthy;
    case 'unknown':
      break;
  }
  terminal.err(`note: ${message}`);
  return exitCodes.ok;
};
