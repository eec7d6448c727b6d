import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubNamespace, hubSecret, memberNamespace } from '../../api/places.ts';
import { daemonSetKind, deploymentKind, secretKind, selfSubjectAccessReviewKind } from '../../kubernetes/kinds.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command as install } from './install.ts';
import { command as join } from './join.ts';
import { command as leave } from './leave.ts';

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['hub'], [deploymentKind, daemonSetKind, secretKind, selfSubjectAccessReviewKind]);
});
afterEach(() => contexts.stop());

const changes = () => contexts.api('hub').requests.filter((line) => !line.startsWith('GET ') && !line.includes('selfsubjectaccessreviews'));

describe('what is said wrongly is refused before anything is asked of a cluster', () => {
  it.each([
    ['install, a limit', install, [], { wait: '5x' }, '--wait "5x" is not a duration'],
    ['install, an image', install, [], { image: 'BAD IMAGE' }, '--image "BAD IMAGE" is not the reference of an image'],
    ['join, a limit', join, ['east'], { hubContext: 'hub', wait: 'soon' }, '--wait "soon" is not a duration'],
    ['join, an image', join, ['east'], { hubContext: 'hub', image: 'a b' }, '--image "a b"'],
    [
      'join, two ways to the hub',
      join,
      ['east'],
      { hubContext: 'hub', token: 'x' },
      '--token and --hub-context are two ways to the same hub',
    ],
    ['leave, a limit', leave, ['east'], { nodeLimit: '2x' }, '--node-limit "2x" is not a duration'],
    ['leave, an image', leave, ['east'], { image: 'A' }, '--image "A"'],
  ] as const)('%s', async (_, command, words, options, message) => {
    await expect(contexts.run(command, words, { context: 'hub', ...options })).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringContaining(message),
    });
    expect(contexts.api('hub').requests).toEqual([]);
  });
});

describe('installing where it may not be meant', () => {
  const put = (kind: typeof deploymentKind | typeof daemonSetKind, namespace: string, name: string, annotations = {}) =>
    contexts.api('hub').put(kind, { apiVersion: 'apps/v1', kind: kind.kind, metadata: { name, namespace, annotations } });

  it('a member is refused without --force, and nothing changes', async () => {
    put(daemonSetKind, memberNamespace, 'kubeslice-agent');
    contexts.api('hub').put(secretKind, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: hubSecret, namespace: memberNamespace },
      data: { cluster: Buffer.from('east').toString('base64') },
    });
    await expect(contexts.run(install, [], { context: 'hub' })).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringMatching(/is the member cluster "east", .*second hub; name the hub with --context, or add --force/),
    });
    expect(changes()).toEqual([]);
  });

  it.each([
    [undefined, 'helm --kube-context hub -n kubeslice-controller upgrade slices CHART --reset-then-reuse-values"'],
    ['r.example/k:1.2', 'CHART --reset-then-reuse-values --set image.repository=r.example/k,image.tag=1.2"'],
    ['r.example:5000/k', 'CHART --reset-then-reuse-values --set image.repository=r.example:5000/k"'],
  ])('a release of Helm keeps its values, with --image %s', async (image, remedy) => {
    put(deploymentKind, hubNamespace, 'kubeslice-controller', {
      'meta.helm.sh/release-name': 'slices',
      'meta.helm.sh/release-namespace': hubNamespace,
    });
    const options = { context: 'hub', force: true, ...(image === undefined ? {} : { image }) };
    await expect(contexts.run(install, [], options)).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringContaining(remedy),
    });
    expect(changes()).toEqual([]);
  });
});
