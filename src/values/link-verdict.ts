/** The state of a link to another node. A suspect link still counts as usable. */
export const linkVerdicts = ['Pending', 'Up', 'Suspect', 'Down'] as const;

/** One of {@link linkVerdicts}. */
export type LinkVerdict = (typeof linkVerdicts)[number];

const byUrgency: readonly LinkVerdict[] = ['Down', 'Suspect', 'Pending', 'Up'];

/**
 * The order in which links are shown: faults first. A state that is not in the list comes before all others; an unverified report may contain one.
 */
export const compareVerdicts = (a: LinkVerdict, b: LinkVerdict): number => byUrgency.indexOf(a) - byUrgency.indexOf(b);
