import { describe, expect, it } from 'vitest';
import { isListened, parseListeners } from './listeners.ts';

const printed = `LISTEN 0      511    127.0.0.1:8083 0.0.0.0:*
LISTEN 0      511      0.0.0.0:8080 0.0.0.0:*
LISTEN 0      511    10.0.0.2:8084 0.0.0.0:*
LISTEN 0      511    0.0.0.0%eth0:8085 0.0.0.0:*
LISTEN 0      511    0.0.0.0%slice0:8086 0.0.0.0:*
LISTEN 0      511            *:8081       *:*
LISTEN 0      511            *%eth0:8087       *:*
LISTEN 0      511         [::]:8082    [::]:*
LISTEN 0      511  [fe80::1]%eth0:8088 [::]:*
LISTEN 0      511  [::ffff:10.0.0.2]:8089 *:*
LISTEN 0      511  [::ffff:127.0.0.1]:8090 *:*
LISTEN 0      511  10.244.0.5:8091 0.0.0.0:*
something else
`;

describe('sockets of a pod', () => {
  it.each([
    ['all addresses', 8080, true],
    ['all addresses of both families', 8081, true],
    ['all addresses of IPv6 alone', 8082, false],
    ['loopback', 8083, false],
    ['the slice address', 8084, true],
    ['another interface', 8085, false],
    ['the slice interface', 8086, true],
    ['another interface, of both families', 8087, false],
    ['an address of IPv6', 8088, false],
    ['the slice address, mapped', 8089, true],
    ['loopback, mapped', 8090, false],
    ['another address of the pod', 8091, false],
    ['no port', 9999, false],
  ])('take connections to the slice address when they listen on %s', (_, port, expected) => {
    expect(isListened(parseListeners(printed), '10.0.0.2', port)).toBe(expected);
  });

  it('are read whatever stands around them', () => {
    expect(parseListeners(printed)).toHaveLength(12);
    expect(parseListeners('')).toEqual([]);
  });
});
