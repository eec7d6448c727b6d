import { expect, test } from 'vitest';
import { dnsSettings } from './settings.ts';

test('what the environment leaves open has a default', () => {
  expect(dnsSettings({ DNS_PORT: '' })).toEqual({
    host: '0.0.0.0',
    port: 5353,
    ttl: 5,
    drainMs: 3000,
    healthHost: '0.0.0.0',
    healthPort: 8080,
  });
  expect(
    dnsSettings({ DNS_HOST: '::', DNS_PORT: '53', DNS_TTL: '0', DNS_DRAIN_MS: '10', HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0' }),
  ).toEqual({
    host: '::',
    port: 53,
    ttl: 0,
    drainMs: 10,
    healthHost: '127.0.0.1',
    healthPort: 0,
  });
});

test('it listens in the family of its pod', () => {
  expect(dnsSettings({ POD_IP: 'fd00::5' }).host).toBe('::');
  expect(dnsSettings({ POD_IP: '10.244.0.5' }).host).toBe('0.0.0.0');
});

test.each([
  ['DNS_PORT', '65536'],
  ['DNS_PORT', 'dns'],
  ['DNS_TTL', '-1'],
  ['HEALTH_PORT', '1.5'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => dnsSettings({ [name]: value })).toThrow(`${name} is "${value}"`);
});
