import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emptyLedger } from '../../src/exchange/ledger/ledger.ts';
import { run } from '../../src/host/run.ts';
import { RealNode, realKernel } from '../../src/kernel/fixtures/real-node.ts';
import { createController } from '../../src/loop/controller.ts';
import { listenersOf } from '../../src/plan/exports/listeners.ts';
import type { PodAttachment } from '../../src/plan/facts/slice-network.ts';
import { endpoint, offer } from '../../src/plan/fixtures/worker.ts';
import { listenerPath } from '../../src/plan/listeners/question.ts';
import { readListenerAnswer } from '../../src/plan/listeners/read-answer.ts';
import { createBelief } from '../../src/reconcile/member/receive/belief.ts';
import { createListenerWatch, type ListenerWatch } from '../../src/reconcile/member/services/listener-watch.ts';
import { createListenerEndpoint } from '../../src/reconcile/node/exchange/listener-endpoint.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';

const real = await realKernel();
if ('obstacle' in real) console.log(`skipped: listeners of many pods: ${real.obstacle}`);

/** More than one question may ask for, and than the agent looks into at once. */
const podCount = 150;
const port = 8080;
/** Every fifth pod has nobody. */
const isClosed = (index: number): boolean => index % 5 === 0;

/** Listens in many network namespaces from one process: a server for each would need gigabytes. setns(2) has another number on each machine. */
const servers = `
  use Socket;
  $| = 1;
  for my $netns (@ARGV) {
    open(my $file, '<', $netns) or die "$netns: $!";
    syscall(${process.arch === 'arm64' ? 268 : 308}, fileno($file), 0x40000000) == 0 or die "setns $netns: $!";
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die $!;
    bind($socket, sockaddr_in(${port}, INADDR_ANY)) or die $!;
    listen($socket, 5) or die $!;
    push(@open, $socket);
  }
  print "listens\\n";
  sleep;
`;

describe.skipIf('obstacle' in real)('the listeners of more pods than one question may ask for', () => {
  let node: RealNode;
  let pods: PodAttachment[] = [];
  const listening: ChildProcess[] = [];
  const questions: string[] = [];
  const end = new AbortController();
  let watch: ListenerWatch;
  let running: Promise<void>;

  const listen = async (which: readonly PodAttachment[]): Promise<void> => {
    const child = spawn('perl', ['-e', servers, ...which.map(({ netns }) => netns)], { stdio: ['ignore', 'pipe', 'inherit'] });
    listening.push(child);
    if (child.stdout !== null) await once(child.stdout, 'data');
  };

  beforeAll(async () => {
    if ('obstacle' in real) return;
    node = new RealNode('many', real.tunnelProgram);
    pods = Array.from({ length: podCount }, (_, index) => node.pod(String(index), endpoint(index).addresses[0] ?? ''));
    await listen(pods.filter((_, index) => !isClosed(index)));
    const answer = createListenerEndpoint({ guard: async () => 'worker', pods: () => pods, run, clock: systemClock, log: quietLog });
    const belief = createBelief();
    const session = {
      slice: 'app',
      clock: systemClock,
      hub: { cluster: 'east' },
      ledger: () => belief.ledger(),
      statements: belief,
      pods: () => undefined,
      local: {
        nodes: { get: () => ({ status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } }) },
        exports: { get: () => undefined },
        log: quietLog,
      },
    };
    const created = createListenerWatch(session as never, {
      ask: async (_, question, signal) => {
        const url = new URL(listenerPath(question), 'http://agent');
        questions.push(url.search);
        const { body } = await answer({ path: url.pathname, query: url.searchParams, bearer: 'token', from: '192.0.2.2' }, signal);
        const read = readListenerAnswer(JSON.parse(body));
        if (read === undefined) throw new Error(`no answer: ${body}`);
        return read;
      },
      random: () => 0.5,
    });
    watch = created;
    running = createController({ ...created.controller, clock: systemClock, random: Math.random }).run(end.signal);
    const body = offer(
      'east',
      pods.map((_, index) => endpoint(index)),
    ).body;
    const stated = new Map([['app-ns/web', { inForce: true, stated: { kind: 'Export', body: { ...body, name: 'web' } } }]]);
    const entries = { Cluster: new Map(), Node: new Map(), Export: stated, Endpoints: new Map(), Links: new Map() };
    belief.become({ ...emptyLedger, clusters: new Map([['east', { entries } as never]]) }, [
      { kind: 'Export', cluster: 'east', subject: 'app-ns/web' },
    ]);
  });
  afterAll(async () => {
    end.abort();
    await running;
    for (const child of listening) child.kill('SIGKILL');
    await node?.close();
  });

  const counted = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const index of pods.keys()) {
      const state = watch.portState(endpoint(index), port);
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  };
  const verdict = () =>
    listenersOf(
      { ports: [{ protocol: 'TCP', port: 80, targetPort: port }], own: false },
      pods.map((_, index) => ({ endpoint: endpoint(index), portState: (of) => watch.portState(endpoint(index), of) })),
      undefined,
    );

  it('are all known within seconds, each as it is, and the export stays ready with a count', async () => {
    const began = performance.now();
    await vi.waitFor(() => expect(counted()).toEqual({ listening: podCount * 0.8, closed: podCount * 0.2 }), {
      timeout: 40_000,
      interval: 100,
    });
    console.log(
      `the listeners of ${podCount} pods were known after ${((performance.now() - began) / 1000).toFixed(1)} s and ${questions.length} questions`,
    );
    expect(verdict()).toEqual({
      verdict: undefined,
      note: `nobody listens on port ${port} of pod ${endpoint(0).pod} (${podCount * 0.2} of ${podCount} pods)`,
    });
  });

  it('are well again when somebody listens everywhere', async () => {
    await listen(pods.filter((_, index) => isClosed(index)));
    await vi.waitFor(() => expect(counted()).toEqual({ listening: podCount }), { timeout: 40_000, interval: 100 });
    expect(verdict()).toEqual({ verdict: undefined, note: undefined });
  });
});
