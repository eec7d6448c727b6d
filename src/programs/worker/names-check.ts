import { getServers } from 'node:dns';
import { sliceZone } from '../../api/places.ts';
import { planNamesVerdict } from '../../plan/cluster-dns/names-verdict.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import { askZone } from './ask-zone.ts';
import type { ClusterDnsState } from './cluster-dns.ts';
import type { ConnectionReport } from './connection-report.ts';
import type { LocalWorld } from './local-world.ts';

/** How often a name is asked for while none is answered, and afterwards, in milliseconds. */
const pendingMs = 2_000;
const answeredMs = 60_000;

/** Addresses that the pods of this cluster ask, by this pod's own configuration; the port of a link-local server is left out. */
export const clusterNameservers = (): readonly string[] => getServers();

/**
 * Asks for a name as the pods of this cluster do, again and again until the signal aborts, and reports which part of its way is missing. `changed` is
 * called after a report that says something new.
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
      log.info(verdict.status === 'True' ? 'names are answered through cluster DNS' : 'names are not answered through cluster DNS', {
        zone: sliceZone,
        reason: verdict.reason,
        message: verdict.message,
      });
      await changed(signal).catch((error: unknown) =>
        signal.aborted ? undefined : log.warn('the hub could not be told about cluster DNS', { error }),
      );
    }
    await sleep(clock, verdict.status === 'True' ? answeredMs : pendingMs, signal);
  }
};
