import { type AskedDriver, type TunnelDriver, wireguardDrivers } from '../../values/tunnel-driver.ts';

/** Whether a driver works on this node, and the evidence; from the kernel port. */
export interface DriverEvidence {
  readonly driver: TunnelDriver;
  readonly usable: boolean;
  readonly reason: string;
}

/** The driver of a slice on this node and the reason; no driver when none can be used. */
export interface DriverChoice {
  readonly driver: TunnelDriver | undefined;
  readonly reason: string;
}

/**
 * Chooses the tunnel driver of a slice on this node.
 *
 * ```
 * the slice requests    usable here    choice
 * Auto                  any WireGuard  the first of the list, which is the best
 * Auto                  none of them   none: IPsec is slower where it encrypts in user space, and both ends need it
 * one by name           that one       that one
 * one by name           not that one   none: a slice never gets a weaker driver than it requests
 * ```
 *
 * Both drivers of WireGuard speak the same, so the other node's choice does not matter there.
 */
export const chooseDriver = (asked: AskedDriver, drivers: readonly DriverEvidence[]): DriverChoice => {
  if (asked !== 'Auto') {
    const found = drivers.find(({ driver }) => driver === asked);
    if (found?.usable) return { driver: asked, reason: `the slice requests ${asked}, and ${found.reason}` };
    const reason = found?.reason ?? 'this version does not have it';
    return { driver: undefined, reason: `the slice requests ${asked}, but ${reason}; use tunnel.driver Auto or install what is missing` };
  }
  const candidates = drivers.filter(({ driver }) => wireguardDrivers.some((one) => one === driver));
  const best = candidates.find(({ usable }) => usable);
  const worse = candidates.slice(0, best === undefined ? candidates.length : candidates.indexOf(best)).map(({ reason }) => reason);
  if (best === undefined) return { driver: undefined, reason: `no tunnel driver works on this node: ${worse.join('; ')}` };
  return { driver: best.driver, reason: [...worse, best.reason].join('; ') };
};
