import { tunnelPorts } from '../../values/ports.ts';

/**
 * The UDP port of a slice: the one it has, or else the lowest that neither another slice nor another program uses; undefined when all 80 are taken. A
 * slice keeps its port while it exists, because the other nodes know it.
 */
export const choosePort = (own: number | undefined, others: ReadonlySet<number>, busy: ReadonlySet<number>): number | undefined =>
  own !== undefined && !others.has(own) ? own : tunnelPorts.find((port) => !others.has(port) && !busy.has(port));
