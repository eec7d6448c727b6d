import { excused, judge, type LinkHistory, probed } from './liveness.ts';

/** How often the peers to probe are chosen. */
export const tickMs = 100;
/** At most this many probes leave for each slice in one tick: 2,000 a second. */
export const probesPerTick = 200;
/** After a longer gap between two ticks, missing answers are not counted, because nobody read them. */
const stallMs = 1_000;

/** What one tick decides. */
export interface Tick {
  /** The links that differ now, by name. */
  readonly changed: ReadonlyMap<string, LinkHistory>;
  /** Names of the peers to ask, in order. */
  readonly ask: readonly string[];
}

/** Order of probes: first peers with unanswered probes, then peers that answered, then peers that are Down. */
const urgency = (link: LinkHistory): number => (link.state === 'Down' ? 2 : link.unanswered === undefined ? 1 : 0);

/**
 * Judges all links of a slice and chooses whom to ask now. Peers that come or go leave the others as they are, because each link has its own
 * time.
 *
 * At rest a slice of N peers sends N/1.8 probes a second at the most, less where the tunnel hears of peers anyway. A peer that dies is Down within
 * 4.5 s as long as the bound of 2,000 a second is not met: at rest that is up to 3,600 peers, and with half of them dead up to 1,000. Beyond,
 * detection takes longer and a peer that was not probed is not called Down.
 *
 * @param sinceLastTick milliseconds since this was last called for the slice
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
