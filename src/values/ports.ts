/** TCP port on each node's router address in a slice, where the nodes of other clusters ask for notices; reached through the tunnel only. */
export const relayPort = 9811;

/** TCP port on each node's own address, where the worker of the same cluster asks for notices of other clusters. */
export const peerEndpointPort = 9810;

/** UDP ports of tunnels, one per slice on a node: WireGuard's usual port and those after it. */
export const tunnelPorts: readonly number[] = Array.from({ length: 80 }, (_, index) => 51_820 + index);

/** Whether a value is the number of a port that a program can listen on (RFC 6335). */
export const isPort = (port: number | undefined): port is number =>
  port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535;
