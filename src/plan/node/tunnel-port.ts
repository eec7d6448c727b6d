/** UDP ports that tunnels use, one per slice on a node: WireGuard's usual one and those after it. */
export const tunnelPorts: readonly number[] = Array.from({ length: 80 }, (_, index) => 51_820 + index);

/**
 * The UDP port of a slice: the one it has, or else the lowest that neither another slice nor another program has; undefined when all 80 are
 * taken. A port is kept as long as the slice is there, since the other nodes know it.
 */
export const choosePort = (own: number | undefined, others: ReadonlySet<number>, busy: ReadonlySet<number>): number | undefined =>
  own !== undefined && !others.has(own) ? own : tunnelPorts.find((port) => !others.has(port) && !busy.has(port));
