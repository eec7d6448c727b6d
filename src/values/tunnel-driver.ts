/** How packets cross between nodes, the best first. All speak WireGuard on the wire, so the two ends may use different ones. */
export const tunnelDrivers = ['WireGuard', 'WireGuardUserspace'] as const;

/** One of {@link tunnelDrivers}. */
export type TunnelDriver = (typeof tunnelDrivers)[number];

/** What a slice may request: one driver, or Auto for the best that a node has. */
export const askedDrivers = ['Auto', ...tunnelDrivers] as const;

/** One of {@link askedDrivers}. */
export type AskedDriver = (typeof askedDrivers)[number];
