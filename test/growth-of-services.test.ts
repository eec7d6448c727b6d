import { describe, expect, it } from 'vitest';
import { serviceRecord } from '../src/plan/fixtures/services.ts';
import { ServiceAddresses } from '../src/plan/ipam/service-addresses.ts';
import { NodeServices } from '../src/plan/services/node-services.ts';
import { parseCidr } from '../src/values/address/cidr.ts';
import { cpuCost } from './cpu-cost.ts';

/** What one change costs among so many services, in microseconds. */
const costs: readonly (readonly [what: string, among: (count: number) => number])[] = [
  [
    'one more service address',
    (count) => {
      const addresses = new ServiceAddresses(parseCidr('10.240.0.0/12'), []);
      for (let index = 0; index < count; index += 1) addresses.of(`app-ns/s${index}`);
      let round = 0;
      return cpuCost(() => {
        round += 1;
        addresses.of(`app-ns/new${round}`);
        addresses.release(`app-ns/new${round}`);
      });
    },
  ],
  [
    'one endpoint that is no longer Ready',
    (count) => {
      const services = new NodeServices();
      for (let index = 0; index < count; index += 1) services.set(`s${index}`, serviceRecord(index));
      let ready = true;
      return cpuCost(() => {
        ready = !ready;
        services.set('s7', serviceRecord(7, ready));
        services.of('app', '10.240.0.0/12');
      });
    },
  ],
];

describe('one change among ten thousand services costs less than a millisecond, and little more than among a thousand', () => {
  it.each(costs)('%s', (_, among) => {
    const [few, many] = [among(1_000), among(10_000)];
    console.log(`${few.toFixed(1)} µs among 1,000, ${many.toFixed(1)} µs among 10,000`);
    expect(many).toBeLessThan(1_000);
    expect(many).toBeLessThan(15 * few);
  });
});
