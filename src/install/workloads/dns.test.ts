import { expect, it } from 'vitest';
import { memberDefaults } from '../options.ts';
import { planDns } from './dns.ts';

/** How long the service proxy of a busy node may take to hear of an endpoint and to forget its flows, in seconds. */
const proxySeconds = 5;

it('a DNS server that stops answers until nobody asks it any more, and is not killed before', () => {
  const [{ spec }] = planDns(memberDefaults('image'));
  const [container] = spec?.template.spec.containers ?? [];
  const { periodSeconds = 10, failureThreshold = 3 } = container?.readinessProbe ?? {};
  const drainSeconds = Number(container?.env?.find(({ name }) => name === 'DNS_DRAIN_MS')?.value) / 1000;
  expect(drainSeconds).toBeGreaterThanOrEqual(periodSeconds * failureThreshold + proxySeconds);
  expect(drainSeconds).toBeLessThan((spec?.template.spec.terminationGracePeriodSeconds ?? 30) - 5);
});
