import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../host/run.ts';
import type { SliceNetwork } from '../plan/facts/slice-network.ts';
import type { AccessMember, AccessPolicyFacts } from '../plan/policy/access.ts';
import { accessCompiler } from '../plan/policy/compile.ts';
import { obstacleTo, realKernel, shell } from './fixtures/real-node.ts';
import { AccessReconciler } from './slice/access-reconciler.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, []);
if (obstacle !== undefined) console.log(`skipped: many policies in a real kernel: ${obstacle}`);
const signal = new AbortController().signal;
const netns = `kst-${process.pid}-scale`;

/** One tuple for each: an account in a namespace of a cluster may call the pods of an application on one port. */
const policies = Array.from(
  { length: 5_000 },
  (_, at): AccessPolicyFacts => ({
    name: `p${at}`,
    scope: 'slice',
    action: 'Allow',
    to: { namespaces: [`n${at % 500}`], podSelector: { matchLabels: { app: `a${at % 10}` } } },
    from: [{ clusters: [`c${at % 10}`], namespaces: [`n${(at * 7) % 500}`], serviceAccounts: ['web'] }],
    ports: [{ protocol: 'TCP', port: 1_000 + (at % 50) }],
  }),
);

/** 500 nodes in ten clusters, with 100 pods each. */
const nodes = Array.from({ length: 500 }, (_, node): AccessMember => {
  const block = `10.${node >> 7}.${(node & 127) * 2}`;
  return {
    cluster: `c${node % 10}`,
    blocks: [`${block}.0/24`],
    pods: Array.from({ length: 100 }, (__, pod) => ({
      namespace: `n${(node * 20 + pod) % 500}`,
      serviceAccount: 'web',
      labels: { app: `a${pod % 10}` },
      addresses: [`${block}.${pod + 2}`],
    })),
  };
});

/** The middle of some times in milliseconds. */
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

describe.skipIf(obstacle !== undefined)('5,000 policies and 50,000 pods', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kst-scale-'));
  beforeAll(() => void shell(`ip netns add ${netns}`));
  afterAll(() => {
    shell(`ip netns del ${netns}`);
    rmSync(directory, { recursive: true });
  });

  it('a changed policy and a changed pod are a few elements, which the kernel takes in less than 50 ms', async () => {
    const inKernel: number[] = [];
    const timed: typeof run = async (argv, options) => {
      const began = performance.now();
      const result = await run(argv, options);
      if (argv.includes('-f')) inKernel.push(performance.now() - began);
      return result;
    };
    const reconciler = new AccessReconciler(timed, netns, directory);
    const networkOf = (rules: readonly AccessPolicyFacts[], members: readonly AccessMember[]): SliceNetwork =>
      ({
        slice: 'app',
        netns,
        peers: [],
        access: accessCompiler({ default: 'Deny', policies: rules })(members),
      }) as unknown as SliceNetwork;
    let now = networkOf(policies, nodes);
    expect(now.access?.pods.size).toBe(50_000);
    await reconciler.converge(now, signal);
    console.log(`loaded ${now.access?.verdicts.length} verdicts and 50,000 pods in ${inKernel[0]?.toFixed(0)} ms`);

    const change = async (next: SliceNetwork): Promise<number> => {
      inKernel.length = 0;
      const began = performance.now();
      expect(await reconciler.adjust(now, next, signal)).toBe('adjust policies');
      whole.push(performance.now() - began);
      now = next;
      return inKernel[0] ?? Number.NaN;
    };
    const whole: number[] = [];
    const [byPolicy, byPod]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 5; turn += 1) {
      const rules = policies.map((policy, at) =>
        at === turn ? { ...policy, ports: [{ protocol: 'TCP' as const, port: 7_000 }] } : policy,
      );
      byPolicy.push(await change(networkOf(rules, nodes)));
      const [first, ...rest] = nodes;
      if (first === undefined) throw new Error('there are nodes');
      byPod.push(await change(networkOf(rules, [{ ...first, pods: first.pods.slice(1 + turn) }, ...rest])));
    }
    // A bare transaction waits for the kernel, too; what is above it is our work.
    const control: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const began = performance.now();
      shell(`nsenter --net=/run/netns/${netns} -- nft -f - <<E\nadd table inet control${turn}\nE`);
      control.push(performance.now() - began);
    }
    console.log(
      `a policy ${median(byPolicy).toFixed(0)} ms, a pod ${median(byPod).toFixed(0)} ms, an empty transaction ${median(control).toFixed(0)} ms; with finding what changes ${median(whole).toFixed(0)} ms`,
    );
    expect(median(byPolicy) - median(control)).toBeLessThan(50);
    expect(median(byPod) - median(control)).toBeLessThan(50);
    // What is there is what was meant.
    expect(await reconciler.converge(now, signal)).toBeUndefined();
  }, 120_000);
});
