import { expect, it } from 'vitest';
import { chooseDriver, type DriverEvidence } from './driver-choice.ts';

const drivers = (...usable: readonly DriverEvidence['driver'][]): DriverEvidence[] =>
  (['WireGuard', 'WireGuardUserspace', 'IPsec'] as const).map((driver) => ({
    driver,
    usable: usable.includes(driver),
    reason: usable.includes(driver) ? `${driver} works` : `${driver} is missing`,
  }));

it('chooses the best WireGuard for Auto, and never IPsec', () => {
  expect(chooseDriver('Auto', drivers('WireGuard', 'WireGuardUserspace', 'IPsec')).driver).toBe('WireGuard');
  expect(chooseDriver('Auto', drivers('WireGuardUserspace', 'IPsec'))).toEqual({
    driver: 'WireGuardUserspace',
    reason: 'WireGuard is missing; WireGuardUserspace works',
  });
  expect(chooseDriver('Auto', drivers('IPsec'))).toEqual({
    driver: undefined,
    reason: 'no tunnel driver works on this node: WireGuard is missing; WireGuardUserspace is missing',
  });
});

it('chooses what the slice requests, and nothing weaker', () => {
  expect(chooseDriver('WireGuardUserspace', drivers('WireGuard', 'WireGuardUserspace')).driver).toBe('WireGuardUserspace');
  expect(chooseDriver('WireGuard', drivers('WireGuardUserspace', 'IPsec'))).toEqual({
    driver: undefined,
    reason: 'the slice requests WireGuard, but WireGuard is missing; use tunnel.driver Auto or install what is missing',
  });
});
