/** Links that one node spells out at the most. */
export const maxLinkExceptions = 20;
