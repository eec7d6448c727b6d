/** How packets cross between nodes over WireGuard, the best first. All speak the same on the wire, so the two ends may use different ones. */
export const wireguardDrivers = ['WireGuard', 'WireGuardUserspace'] as const;

/** All ways in which packets can cross between nodes. Both ends need the same of WireGuard and IPsec. */
export const tunnelDrivers = [...wireguardDrivers, 'IPsec'] as const;

/** One of {@link tunnelDrivers}. */
export type TunnelDriver = (typeof tunnelDrivers)[number];

/** What a slice requests of its nodes: one driver, or Auto for the best that a node has, which is never IPsec. */
export const askedDrivers = ['Auto', ...tunnelDrivers] as const;

/** One of {@link askedDrivers}. */
export type AskedDriver = (typeof askedDrivers)[number];

/** The interface of an IPsec tunnel in the slice's namespace. Charon's userspace backend makes it; its name is not configurable. */
export const ipsecInterface = 'ipsec0';
