/** Maximum number of links that one node lists. */
export const maxLinkExceptions = 20;
