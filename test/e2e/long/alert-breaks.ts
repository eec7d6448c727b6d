import { ensure } from '../until.ts';
import type { World } from '../world.ts';
import { restoreCredentials, shortenCredentials, shortestLifeSeconds } from './credential-life.ts';

/** A cluster of the playground. */
export type Cluster = 'hub' | 'east' | 'west';

/** A break: what must be told where, and how it is made and mended. */
export interface AlertBreak {
  readonly title: string;
  readonly alerts: readonly (readonly [cluster: Cluster, alert: string])[];
  /** What it needs before; its alerts count from `make` on. */
  readonly prepare?: (world: World) => Promise<unknown>;
  readonly make: (world: World) => Promise<unknown>;
  readonly mend: (world: World) => Promise<unknown>;
  /** Undoes what was prepared, once no alert is left. */
  readonly restore?: (world: World) => Promise<unknown>;
  /** @default 60 s */
  readonly withinMs?: number;
}

const system = 'kubeslice-system';

const fault = async (world: World, ...words: readonly string[]): Promise<void> => {
  const { code, stderr, stdout } = await world.kubeslice(['playground', 'fault', ...words, '--name', world.name], { timeoutMs: 60_000 });
  ensure(code === 0, `fault ${words.join(' ')}: ${stderr || stdout}`);
};
const scale = (context: string, namespace: string, what: string, replicas: number) => (world: World) =>
  world.kubectl(context, ['scale', '--namespace', namespace, `deployment/${what}`, `--replicas=${replicas}`]);

/** What east stated about one of its nodes, signed by nobody who could, while its worker cannot put it right. */
const forge = async (world: World): Promise<void> => {
  await scale('east', system, 'kubeslice-worker', 0)(world);
  await world.kubectl(
    'east',
    ['wait', '--namespace', system, '--for=delete', 'pod', '-l', 'app.kubernetes.io/component=worker', '--timeout=60s'],
    {
      timeoutMs: 70_000,
    },
  );
  const found = (await world.list('hub', 'notice')).find(({ spec }) => spec?.cluster === 'east' && spec?.kind === 'Export');
  ensure(found, 'east has no notice about an export');
  const statement = String(found.spec?.statement).replace(/"serial":(\d+)/, (_, serial: string) => `"serial":${Number(serial) + 1}`);
  await world.kubectl('hub', [
    'patch',
    'notice',
    found.metadata.name,
    '--namespace',
    found.metadata.namespace ?? '',
    '--type',
    'merge',
    '--patch',
    JSON.stringify({ spec: { statement } }),
  ]);
};

const refusal = 'refuse-credentials-of-west';

/** An admission policy on the hub by which nobody makes a credential for west: neither the worker by its own, nor the controller that was shown proof. */
const refuseCredentials = (world: World): Promise<void> => {
  const admission = 'admissionregistration.k8s.io/v1';
  return world.apply(
    'hub',
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: refusal },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['serviceaccounts/token'], operations: ['CREATE'] }],
        },
        validations: [{ expression: "request.name != 'kubeslice-worker-west'", message: 'No credential for west.' }],
      },
    },
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: refusal },
      spec: { policyName: refusal, validationActions: ['Deny'] },
    },
  );
};

/** Every break whose alerts are looked for in a real Prometheus. */
export const alertBreaks: readonly AlertBreak[] = [
  {
    title: 'the link between two clusters is cut',
    alerts: [
      ['west', 'KubeSliceLinksDown'],
      ['west', 'KubeSliceClusterUnreachable'],
      ['east', 'KubeSliceClusterUnreachable'],
      ['hub', 'KubeSliceSliceNotReady'],
    ],
    make: (world) => fault(world, 'cut', 'east', 'west'),
    mend: (world) => fault(world, 'heal'),
  },
  {
    title: 'an export has no endpoints',
    alerts: [
      ['east', 'KubeSliceExportWithoutEndpoints'],
      ['west', 'KubeSliceImportWithoutEndpoints'],
    ],
    make: scale('east', 'app-ns', 'backend', 0),
    mend: scale('east', 'app-ns', 'backend', 1),
  },
  {
    title: 'a worker is down',
    alerts: [['west', 'KubeSliceWorkerAbsent']],
    make: scale('west', system, 'kubeslice-worker', 0),
    mend: scale('west', system, 'kubeslice-worker', 1),
  },
  {
    title: 'the DNS servers are down',
    alerts: [['west', 'KubeSliceDnsAbsent']],
    make: scale('west', system, 'kubeslice-dns', 0),
    mend: scale('west', system, 'kubeslice-dns', 2),
  },
  {
    title: 'a statement is refused',
    alerts: [['west', 'KubeSliceStatementsRefused']],
    make: forge,
    mend: scale('east', system, 'kubeslice-worker', 1),
  },
  {
    title: 'the hub is away',
    // The alert is about more than two minutes.
    withinMs: 180_000,
    alerts: [['west', 'KubeSliceHubAway']],
    make: (world) => fault(world, 'kill', 'apiserver', 'hub', '--hold'),
    mend: (world) => fault(world, 'heal'),
  },
  {
    title: 'the credential for the hub is near its expiry',
    // Below 15 % of its life.
    withinMs: (shortestLifeSeconds + 30) * 1_000,
    alerts: [['west', 'KubeSliceHubCredentialExpiring']],
    prepare: (world) => shortenCredentials(world, ['west']),
    make: refuseCredentials,
    mend: async (world) => {
      await world.kubectl('hub', [
        'delete',
        `validatingadmissionpolicybinding/${refusal}`,
        `validatingadmissionpolicy/${refusal}`,
        '--ignore-not-found',
      ]);
    },
    restore: (world) => restoreCredentials(world, ['west']),
  },
];
