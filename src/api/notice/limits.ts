/** Largest statement that is published or read, in bytes of UTF-8; what needs more is divided among several. */
export const maxStatementBytes = 32_768;

/** Notices that one cluster may have on the board of one slice: with the size of a statement it bounds what a member can put on the hub. */
export const maxNotices = 2_048;
