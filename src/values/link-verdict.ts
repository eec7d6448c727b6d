/** What is thought of a link to another node. Suspect still counts as usable. */
export const linkVerdicts = ['Pending', 'Up', 'Suspect', 'Down'] as const;

/** One of {@link linkVerdicts}. */
export type LinkVerdict = (typeof linkVerdicts)[number];

const byUrgency: readonly LinkVerdict[] = ['Down', 'Suspect', 'Pending', 'Up'];

/** Order in which links are shown: what is wrong comes first, and before it what is none of the states, as an unverified report may have it. */
export const compareVerdicts = (a: LinkVerdict, b: LinkVerdict): number => byUrgency.indexOf(a) - byUrgency.indexOf(b);
