/** How packets cross between nodes, the best first; all speak WireGuard on the wire, so a pair may use one at each end. */
export const tunnelDrivers = ['WireGuard', 'WireGuardUserspace'] as const;

/** One of {@link tunnelDrivers}. */
export type TunnelDriver = (typeof tunnelDrivers)[number];

/** What a slice may ask for: one driver, or Auto for the best that a node has. */
export const askedDrivers = ['Auto', ...tunnelDrivers] as const;

/** One of {@link askedDrivers}. */
export type AskedDriver = (typeof askedDrivers)[number];
