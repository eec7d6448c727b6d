/** One service of the benchmark's zone. */
export type BenchService = { readonly name: string; readonly addresses: readonly string[] };

const services = 1000;
const endpoints = 10;

/** A thousand services of ten endpoints, the size of the budget for endpoint changes. */
export const benchServices = (): readonly BenchService[] =>
  Array.from({ length: services }, (_, service) => ({
    name: `service-${service}`,
    addresses: Array.from({ length: endpoints }, (_, index) => {
      const number = service * endpoints + index;
      return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
    }),
  }));

/** The name under which a service of the benchmark answers. */
export const benchName = (service: string): string => `${service}.bench.svc.slice.local`;

/** The same zone as a master file (RFC 1035 §5) for other servers. */
export const masterFile = (): string =>
  [
    '$ORIGIN slice.local.',
    '@ 5 IN SOA ns.dns hostmaster 1 7200 1800 86400 1',
    '@ 5 IN NS ns.dns',
    ...benchServices().flatMap(({ name, addresses }) => addresses.map((address) => `${benchName(name)}. 5 IN A ${address}`)),
    '',
  ].join('\n');

/** What is asked, in dnsperf's format: what a stub resolver asks, A and AAAA of services, and now and then a name that does not exist. */
export const queryFile = (): string =>
  Array.from({ length: 10_000 }, (_, index) => {
    const name = benchName(`service-${(index * 7919) % services}`);
    if (index % 20 === 19) return `missing-${index}.bench.svc.slice.local A`;
    return `${name} ${index % 2 === 0 ? 'A' : 'AAAA'}`;
  }).join('\n');
