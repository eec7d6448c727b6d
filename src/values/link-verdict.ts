/** What is thought of a link to another node. Suspect still counts as usable. */
export const linkVerdicts = ['Pending', 'Up', 'Suspect', 'Down'] as const;

/** One of {@link linkVerdicts}. */
export type LinkVerdict = (typeof linkVerdicts)[number];

const urgency: Readonly<Record<LinkVerdict, number>> = { Down: 0, Suspect: 1, Pending: 2, Up: 3 };

/** Order in which links are shown: what is wrong comes first. */
export const compareVerdicts = (a: LinkVerdict, b: LinkVerdict): number => urgency[a] - urgency[b];
