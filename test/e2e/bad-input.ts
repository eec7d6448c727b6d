import { describe, expect, test } from 'vitest';
import { removeNamespaces, start } from './start.ts';
import { ensure, until } from './until.ts';
import { client, service, serviceExport, slice } from './workloads.ts';
import { conditionOf, type World } from './world.ts';

/** Refused when it is applied, also for what else there is: what is written, and words that the refusal must contain. */
const refusedByAdmission: readonly (readonly [title: string, context: 'hub' | 'east', object: object, words: readonly string[]])[] = [
  ['no subnet at all', 'hub', slice('bad', 'none', ['bad-ns']), ['sliceSubnet', '"none"', '10.0.0.0/16']],
  ['host bits', 'hub', slice('bad', '10.0.0.1/16', ['bad-ns']), ['sliceSubnet', '10.0.0.1/16', 'host bits']],
  ['a prefix that is too long', 'hub', slice('bad', '10.9.0.0/29', ['bad-ns']), ['/8 to /28']],
  ['a prefix that is too short', 'hub', slice('bad', '10.0.0.0/7', ['bad-ns']), ['/8 to /28']],
  ['an address without prefix', 'hub', slice('bad', '10.9.0.0', ['bad-ns']), ['10.9.0.0', 'CIDR']],
  ['IPv6', 'hub', slice('bad', 'fd00:9::/64', ['bad-ns']), ['IPv4']],
  ['a name that labels cannot hold', 'hub', slice('bad.name', '10.9.0.0/16', ['bad-ns']), ['DNS label']],
  ['a namespace that cannot exist', 'hub', slice('bad', '10.9.0.0/16', ['Bad_NS']), ['allowedNamespaces', 'Bad_NS']],
  [
    'a driver that is not there',
    'hub',
    slice('bad', '10.9.0.0/16', ['bad-ns'], { tunnel: { driver: 'OpenVPN' } }),
    ['driver', 'OpenVPN', 'WireGuard'],
  ],
  [
    'pods of the members',
    'hub',
    slice('bad', '10.244.0.0/16', ['bad-ns'], { clusters: ['east'] }),
    ['10.244.0.0/16', 'pod network', 'cluster', 'choose'],
  ],
  [
    'services of the members',
    'hub',
    slice('bad', '10.96.0.0/12', ['bad-ns'], { clusters: ['east'] }),
    ['10.96.0.0/12', 'service network', 'choose'],
  ],
  ['a namespace of another slice', 'hub', slice('bad', '10.9.0.0/16', ['app-ns']), ['app-ns', 'app-slice']],
  ['a namespace of the cluster itself', 'hub', slice('bad', '10.9.0.0/16', ['kube-system']), ['kube-system', 'applications']],
  ['a slice in a member', 'east', slice('bad', '10.9.0.0/16', ['bad-ns']), ['written on the hub']],
  ['an export to a slice without name', 'east', serviceExport('bad', 'default', ''), ['slice']],
  [
    'an export with a port beyond the range',
    'east',
    serviceExport('bad', 'default', 's', { ports: [{ containerPort: 70000 }] }),
    ['containerPort', '65535'],
  ],
  [
    'an export with an unknown protocol',
    'east',
    serviceExport('bad', 'default', 's', { ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
    ['protocol', 'TCP'],
  ],
];

const clusterWith = (spec: object): object => ({
  apiVersion: 'controller.kubeslice.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name: 'odd', namespace: 'default' },
  spec,
});

const badExports: readonly (readonly [title: string, name: string, ns: string, slice: string, reason: string, words: readonly string[]])[] =
  [
    ['a service that is not there', 'no-such-service', 'app-ns', 'app-slice', 'ServiceNotFound', ['no-such-service']],
    ['a namespace that the slice does not have', 'lonely', 'bad-ns', 'app-slice', 'NamespaceNotInSlice', ['bad-ns', 'app-slice']],
    ['a slice that is not there', 'lonely', 'bad-ns', 'no-such-slice', 'SliceNotFound', ['no-such-slice']],
  ];

/** Arguments of the command line that are refused, and words that the one sentence must contain. */
const badCommandsOf = (playground: string): readonly (readonly [title: string, args: readonly string[], words: readonly string[]])[] => [
  ['an unknown command', ['instal'], ['instal']],
  ['an unknown context', ['status', '--context', 'nowhere'], ['nowhere', 'hub']],
  ['a context with a slip', ['status', '--context', 'esat'], ['Did you mean "east"?']],
  ['a slice with a slip, in a member', ['links', '--slice', 'ap-slice', '--context', 'west'], ['Did you mean "app-slice"?']],
  ['a context to join that is not there', ['join', 'north', '--hub-context', 'hub', '--context', 'nowhere'], ['nowhere', 'east']],
  ['a slice that is not there', ['links', '--slice', 'nowhere', '--context', 'hub'], ['nowhere', 'app-slice']],
  ['a token that is none', ['join', 'north', '--token', 'abc', '--context', 'east'], ['token']],
  ['a name for a cluster that cannot be', ['join', 'North_1', '--hub-context', 'hub', '--context', 'east'], ['North_1']],
  ['a second name for a cluster', ['join', 'other', '--hub-context', 'hub', '--context', 'west'], ['west', 'leave']],
  ['a playground that is not there', ['playground', 'kubeconfig', '--name', 'nowhere'], ['nowhere', 'playground up']],
  ['a fault between sites that are not there', ['playground', 'fault', 'cut', 'east', 'nowhere', '--name', playground], ['nowhere']],
];

/** Everything that a user can get wrong: refused with a sentence, and nothing changed. */
export const badInputTopic = (world: World): void => {
  describe('bad input', () => {
    test.each(refusedByAdmission)('is refused by admission: %s', async (_, context, object, words) => {
      const { code, stderr } = await world.tryKubectl(context, ['apply', '-f', '-'], { input: JSON.stringify(object) });
      expect(code).not.toBe(0);
      for (const word of words) expect(stderr).toContain(word);
    });

    test.each([
      ['a network of the internet', slice('odd', '8.8.0.0/16', ['odd-ns']), 'not a private network'],
      [
        'a field without effect',
        slice('odd', '10.9.0.0/16', ['odd-ns'], { namespaceIsolationProfile: { allowedNamespaces: ['odd-ns'], isolationEnabled: true } }),
        'has no effect yet',
      ],
      ['a field of a cluster without effect', clusterWith({ nodeIPs: ['192.0.2.1'] }), 'spec.nodeIPs is accepted and has no effect yet'],
    ])('is accepted with a warning where it may be meant: %s', async (_, object, warning) => {
      const { code, stderr } = await world.tryKubectl('hub', ['apply', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object) });
      expect(code).toBe(0);
      expect(stderr).toContain(warning);
    });

    test('a slice that names a cluster that is not there says so, and nothing is made of it', async () => {
      await world.apply('hub', slice('bad', '10.9.0.0/16', ['bad-ns'], { clusters: ['nowhere'] }));
      await until(
        'the verdict',
        async () => {
          const condition = conditionOf(await world.get('hub', 'slice', 'bad', 'default'), 'Ready');
          expect(condition).toMatchObject({ status: 'False', reason: 'UnknownCluster', message: expect.stringContaining('nowhere') });
        },
        { withinMs: 10_000 },
      );
      expect(await world.list('hub', 'membership', '--selector', 'kubeslice.io/slice=bad')).toEqual([]);
      await world.kubectl('hub', ['delete', 'slice', 'bad', '--wait', '--timeout=30s']);
    });

    test('an export says what it lacks, and is imported nowhere', async () => {
      await start(world, 'east', 'bad-ns', client('lonely', 'bad-ns'), service('lonely', 'bad-ns', 'lonely', [80]));
      for (const [title, name, ns, sliceName, reason, words] of badExports) {
        await world.apply('east', serviceExport(name, ns, sliceName));
        await until(
          title,
          async () => {
            const { status } = await world.get('east', 'serviceexport.networking.kubeslice.io', name, ns);
            expect(status).toMatchObject({ exportStatus: 'ERROR' });
            const condition = conditionOf(await world.get('east', 'serviceexport.networking.kubeslice.io', name, ns), 'Ready');
            expect(condition).toMatchObject({ status: 'False', reason });
            for (const word of words) expect(condition?.message).toContain(word);
          },
          { withinMs: 10_000 },
        );
        // The hub says so, also of an export whose slice there is not; and so does the member, by its own objects.
        for (const context of ['hub', 'east']) {
          await until(
            `the status of ${context}`,
            async () => {
              const { code, stdout } = await world.kubeslice(['status', '--context', context]);
              expect(code).toBe(2);
              expect(stdout).toContain('1 problem;');
              expect(stdout).toMatch(new RegExp(`✗ export ${ns}/${name} of east, for \\d+s: `));
            },
            { withinMs: 10_000 },
          );
        }
        expect((await world.list('west', 'serviceimport.networking.kubeslice.io')).map((each) => each.metadata.name)).not.toContain(name);
        await world.kubectl('east', [
          'delete',
          'serviceexport.networking.kubeslice.io',
          name,
          '--namespace',
          ns,
          '--wait',
          '--timeout=30s',
        ]);
      }
      await removeNamespaces(world, ['east'], ['bad-ns']);
    });

    test('the subnet of a slice cannot be changed', async () => {
      const patch = JSON.stringify({ spec: { sliceSubnet: '10.5.0.0/16' } });
      const { code, stderr } = await world.tryKubectl('hub', ['patch', 'slice', 'app-slice', '--type', 'merge', '--patch', patch]);
      expect(code).not.toBe(0);
      expect(stderr).toContain('cannot be updated');
    });

    test.each(badCommandsOf(world.name))('the command line refuses %s', async (_, args, words) => {
      const { code, stdout, stderr } = await world.kubeslice(args);
      expect(code).not.toBe(0);
      expect(stdout).toBe('');
      for (const word of words) expect(stderr).toContain(word);
      expect(stderr).not.toMatch(/\n\s+at /);
    });

    test('a token works once, for its cluster, and cannot be made up', async () => {
      const made = await world.kubeslice(['token', 'create', 'spare', '--context', 'hub']);
      const token = made.stdout.trim().split(/\s+/).at(-1) ?? '';
      ensure(made.code === 0 && token.length > 20, `no token: ${made.stderr}`);
      const forged = `${token.slice(0, -6)}AAAAAA`;
      for (const [name, given] of [
        ['other', token],
        ['spare', forged],
      ] as const) {
        const { code, stderr } = await world.kubeslice(['join', name, '--token', given, '--context', 'west']);
        expect(code).not.toBe(0);
        expect(stderr).toMatch(/token/i);
      }
      await world.kubectl('hub', ['delete', 'cluster', 'spare', '--ignore-not-found', '--wait', '--timeout=30s']);
    });

    test('and all the while the example was not touched', async () => {
      const slices = (await world.list('hub', 'slice')).map(({ metadata }) => metadata.name);
      expect(slices).toEqual(['app-slice']);
      const clusters = (await world.list('hub', 'cluster')).map(({ metadata }) => metadata.name).toSorted();
      expect(clusters).toEqual(['east', 'west']);
    });
  });
};
