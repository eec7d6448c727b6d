import { describe, expect, it } from 'vitest';
import type { Run } from '../../../host/run.ts';
import type { PodAttachment } from '../../../plan/facts/slice-network.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { Failure } from '../../../values/failure.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import { createListenerEndpoint } from './listener-endpoint.ts';
import type { WorkerVerdict } from './worker-guard.ts';

const attached = (name: string, address: string): PodAttachment => ({
  uid: `uid-${name}`,
  name: `app-ns/${name}`,
  netns: `/run/netns/${name}`,
  address,
  hostInterface: `p${name}`,
});
const pods = [attached('a', '10.0.0.2'), attached('b', '10.0.0.3'), attached('meshed', '10.0.0.4'), attached('gone', '10.0.0.5')];
const { signal } = new AbortController();

/** A node whose pods listen on 8080, one of which has rules that hand connections on. */
const runOn =
  (ran: string[]): Run =>
  async ([, entered = '', , program = '']) => {
    const pod = entered.slice('--net=/run/netns/'.length);
    ran.push(`${pod} ${program}`);
    if (pod === 'gone') throw new Failure('CommandFailed', 'no such namespace');
    const rules = pod === 'meshed' ? 'tcp dport 80 redirect to :15006' : '';
    return { code: 0, stdout: program === 'ss' ? 'LISTEN 0 128 0.0.0.0:8080 0.0.0.0:*\n' : rules, stderr: '' };
  };

const ask = async (path: string, verdict: WorkerVerdict = 'worker') => {
  const ran: string[] = [];
  const endpoint = createListenerEndpoint({
    guard: async () => verdict,
    pods: (slice) => (slice === 'app' ? pods : []),
    run: runOn(ran),
    clock: handClock(),
    log: quietLog,
  });
  const url = new URL(path, 'http://agent');
  const { status, body } = await endpoint({ path: url.pathname, query: url.searchParams, bearer: 'token', from: '10.244.0.5' }, signal);
  return { status, answer: status === 200 ? JSON.parse(body) : undefined, ran };
};

describe('the listener endpoint', () => {
  it('says on which ports nobody listens, of the pods that it knows', async () => {
    const { status, answer } = await ask('/v1/listeners/app?pods=10.0.0.2:8080,9999;10.0.0.3:8080;10.9.9.9:80');
    expect([status, answer.pods]).toEqual([
      200,
      [
        { address: '10.0.0.2', closed: [9999] },
        { address: '10.0.0.3', closed: [] },
      ],
    ]);
  });

  it('says nothing of a pod that it cannot look into, nor of one whose rules may hand connections on', async () => {
    expect((await ask('/v1/listeners/app?pods=10.0.0.4:9999;10.0.0.5:80')).answer.pods).toEqual([]);
    expect((await ask('/v1/listeners/app?pods=10.0.0.4:8080')).answer.pods).toEqual([{ address: '10.0.0.4', closed: [] }]);
  });

  it('knows the pods of the slice that is asked for alone', async () => {
    expect(await ask('/v1/listeners/other?pods=10.0.0.2:8080')).toMatchObject({ status: 200, answer: { pods: [] }, ran: [] });
  });

  it.each([
    ['stranger', 401],
    ['busy', 429],
  ] as const)('looks at nothing for a %s', async (verdict, status) => {
    expect(await ask('/v1/listeners/app?pods=10.0.0.2:8080', verdict)).toMatchObject({ status, ran: [] });
  });

  it.each(['/v1/listeners/app', '/v1/listeners/app?pods=web:80', '/v1/listeners/'])('serves nothing at %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, ran: [] });
  });
});
