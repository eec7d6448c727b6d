import { getServers } from 'node:dns';
import { sliceZone } from '../../../api/places.ts';
import { planNamesVerdict } from '../../../plan/cluster-dns/names-verdict.ts';
import { type Clock, sleep } from '../../../values/clock.ts';
import type { ConnectionReport } from '../hub/connection-report.ts';
import { askZone } from './ask-zone.ts';
import type { ClusterDnsState } from './cluster-dns.ts';
import type { LocalWorld } from './local-world.ts';

/** How often a name is queried while there is no answer, and afterwards, in milliseconds. */
const pendingMs = 2_000;
const answeredMs = 60_000;

/** The name servers of this cluster's pods, from this pod's own configuration, without the port of a link-local server. */
export const clusterNameservers = (): readonly string[] => getServers();

/**
 * Queries a name like the pods of this cluster, periodically until the signal aborts, and reports which part of its way is missing. `changed` is
 * called after a report that differs from the previous one.
 */
export const checkNames = async (
  { dnsService, log }: LocalWorld,
  {
    state,
    report,
    changed,
  }: { readonly state: ClusterDnsState; readonly report: ConnectionReport; readonly changed: (signal: AbortSignal) => Promise<void> },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  for (;;) {
    const address = dnsService.list()[0]?.spec?.clusterIP;
    const server = address === '' || address === 'None' ? undefined : address;
    const nameservers = clusterNameservers();
    const throughTrouble = await askZone(nameservers, signal);
    // Only where it decides something.
    const ownTrouble = throughTrouble === undefined || server === undefined ? undefined : await askZone([server], signal);
    const before = report.latest('NamesWired');
    const verdict = planNamesVerdict({ server, nameservers, ownTrouble, throughTrouble, refusal: state.refusal });
    await report.set(verdict, signal);
    if (before?.status !== verdict.status || before.message !== verdict.message) {
      log.info(verdict.status === 'True' ? 'names resolve through cluster DNS' : 'names do not resolve through cluster DNS', {
        zone: sliceZone,
        reason: verdict.reason,
        message: verdict.message,
      });
      await changed(signal).catch((error: unknown) =>
        signal.aborted ? undefined : log.warn('the state of cluster DNS could not be reported to the hub', { error }),
      );
    }
    await sleep(clock, verdict.status === 'True' ? answeredMs : pendingMs, signal);
  }
};
