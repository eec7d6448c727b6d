import type { Log } from './log.ts';

/** A log that writes nothing: the default of everything that takes a log. */
export const quietLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => quietLog };
