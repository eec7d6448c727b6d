import { excused, judge, type LinkHistory, probed } from './liveness.ts';

/** How often the peers to probe are chosen. */
export const tickMs = 100;
/** Maximum number of probes for each slice in one tick: 2,000 a second. */
export const probesPerTick = 200;
/** After a longer gap between two ticks, missing answers do not count, because they were not read. */
const stallMs = 1_000;

/** The result of one tick. */
export interface Tick {
  /** The links that changed, by name. */
  readonly changed: ReadonlyMap<string, LinkHistory>;
  /** Names of the peers to probe, in order. */
  readonly ask: readonly string[];
}

/** Order of probes: first peers with unanswered probes, then peers that answered, then peers that are Down. */
const urgency = (link: LinkHistory): number => (link.state === 'Down' ? 2 : link.unanswered === undefined ? 1 : 0);

/**
 * Judges all links of a slice and chooses the peers to probe now. Added or removed peers do not affect the others, because each link has its own
 * time.
 *
 * At rest a slice of N peers sends at most N/1.8 probes a second, less where the tunnel receives from peers anyway. A peer that dies is Down within
 * 4.5 s as long as the limit of 2,000 a second is not reached: at rest that is up to 3,600 peers, and with half of them dead up to 1,000. With more
 * peers detection takes longer, and a peer that was not probed is not judged Down.
 *
 * @param sinceLastTick milliseconds since the last call for the slice
 */
export const planProbes = (links: ReadonlyMap<string, LinkHistory>, now: number, sinceLastTick: number): Tick => {
  const stalled = sinceLastTick > stallMs ? sinceLastTick : 0;
  const changed = new Map<string, LinkHistory>();
  const due: { readonly name: string; readonly link: LinkHistory }[] = [];
  for (const [name, before] of links) {
    const link = judge(stalled > 0 ? excused(before, stalled) : before, now);
    if (link !== before) changed.set(name, link);
    if (link.nextAt <= now) due.push({ name, link });
  }
  if (due.length > probesPerTick) due.sort((a, b) => urgency(a.link) - urgency(b.link) || a.link.nextAt - b.link.nextAt);
  const chosen = due.slice(0, probesPerTick);
  for (const { name, link } of chosen) changed.set(name, probed(link, now));
  return { changed, ask: chosen.map(({ name }) => name) };
};
