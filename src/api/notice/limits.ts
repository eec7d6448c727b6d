/** Largest statement that is published or read, in bytes of UTF-8; larger content is divided among several. */
export const maxStatementBytes = 32_768;

/** Maximum number of notices of one cluster on the board of one slice: with the size of a statement it bounds what a member can store on the hub. */
export const maxNotices = 2_048;
