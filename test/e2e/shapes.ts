import { describe, expect, test } from 'vitest';
import { untilAnswer } from './answers.ts';
import { removeNamespaces, sliceAddress, start } from './start.ts';
import { client, nameOf, server, service, serviceExport, slice } from './workloads.ts';
import type { World } from './world.ts';

interface Shape {
  readonly title: string;
  readonly slice: string;
  readonly subnet: string;
  readonly inside: RegExp;
  readonly ns: string;
  /** Namespace that calls; @default that of the service. */
  readonly callerNs?: string;
  readonly name: string;
  /** Ports that are called. */
  readonly ports: readonly number[];
  /** Ports on which the pods listen. */
  readonly targets: readonly number[];
  readonly from: string;
  readonly to: string;
  /** What the export says beside its slice; the Service is left out when it says all. */
  readonly spec?: object;
}

const shapes: readonly Shape[] = [
  {
    title: 'a /24, two ports that differ from those of the pods, the other direction',
    slice: 'blue',
    subnet: '192.168.77.0/24',
    inside: /^192\.168\.77\./,
    ns: 'team-blue',
    name: 'orders',
    ports: [80, 90],
    targets: [8080, 9090],
    from: 'east',
    to: 'west',
  },
  {
    title: 'a /18, an export that names selector and port itself, called where its namespace does not exist',
    slice: 'a-slice-with-a-rather-long-name',
    subnet: '172.20.64.0/18',
    inside: /^172\.20\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
    ns: 'green-ns',
    name: 'api-v2',
    ports: [3000],
    targets: [3000],
    from: 'west',
    to: 'east',
    callerNs: 'green-callers',
    spec: { selector: { matchLabels: { app: 'api-v2' } }, ports: [{ name: 'http', containerPort: 3000, protocol: 'TCP' }] },
  },
];

/** The same job with other names, subnets, ports and directions; each cleans up after itself. */
export const shapesTopic = (world: World): void => {
  describe('other shapes', () => {
    test.concurrent.each(shapes)(
      '$title',
      async ({ slice: sliceName, subnet, inside, ns, callerNs = ns, name, ports, targets, from, to, spec }) => {
        const host = nameOf(name, ns);
        const makeSlice = () => world.apply('hub', slice(sliceName, subnet, [...new Set([ns, callerNs])]));
        await makeSlice();
        await Promise.all([
          start(
            world,
            to,
            ns,
            server(name, ns, to, targets),
            ...(spec === undefined ? [service(name, ns, name, ports, targets)] : []),
            serviceExport(name, ns, sliceName, spec),
          ),
          start(world, from, callerNs, client('client', callerNs)),
        ]);
        for (const port of ports) {
          const { value } = await untilAnswer({ world, from, ns: callerNs, host, port, to, withinMs: 30_000 });
          expect(value).toMatchObject({ pod: name, cluster: to });
          expect(value.client).toMatch(inside);
          expect(value.client).toBe(await sliceAddress(world, from, callerNs, 'client'));
        }
        const removeSlice = () => world.kubectl('hub', ['delete', 'slice', sliceName, '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
        await removeSlice();
        // Made again under its old name, while its pods and exports were there all the time.
        await makeSlice();
        const { value } = await untilAnswer({ world, from, ns: callerNs, host, port: ports[0] ?? 80, to, withinMs: 30_000 });
        expect(value).toMatchObject({ pod: name, cluster: to });
        await removeSlice();
        await removeNamespaces(world, [from, to], [ns, callerNs]);
      },
    );
  });
};
