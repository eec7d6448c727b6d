import { describe, expect, it } from 'vitest';
import { listenerLimits, listenerPath, type PodPorts, readListenerQuestion } from './question.ts';
import { readListenerAnswer } from './read-answer.ts';

const read = (path: string) => {
  const url = new URL(path, 'http://agent');
  return readListenerQuestion(url.pathname, url.searchParams);
};
const pods = (count: number, ports: number): PodPorts[] =>
  Array.from({ length: count }, (_, index) => ({ address: `10.255.255.${index}`, ports: Array(ports).fill(65_535) }));

describe('a question for listeners', () => {
  it.each<[string, PodPorts[]]>([
    ['one port', [{ address: '10.0.0.2', ports: [8080] }]],
    ['several pods and ports', [...pods(2, 3), { address: '10.0.0.2', ports: [1, 2] }]],
    ['as much as may be asked', pods(64, 4)],
  ])('arrives as it was put: %s', (_, asked) => {
    const path = listenerPath({ slice: 'app', pods: asked });
    expect(read(path)).toEqual({ slice: 'app', pods: asked });
    // With a token of 4 KiB it must fit into the headers that an agent reads.
    expect(path.length).toBeLessThan(3_000);
  });

  it.each([
    ['another path', '/v1/peers/app/east/notices'],
    ['no slice', '/v1/listeners/?pods=10.0.0.2:80'],
    ['no pods', '/v1/listeners/app'],
    ['no address', '/v1/listeners/app?pods=:80'],
    ['a name for an address', '/v1/listeners/app?pods=web:80'],
    ['no port', '/v1/listeners/app?pods=10.0.0.2:'],
    ['a port that cannot be', '/v1/listeners/app?pods=10.0.0.2:65536'],
    ['port 0', '/v1/listeners/app?pods=10.0.0.2:0'],
    ['too many pods', listenerPath({ slice: 'app', pods: pods(listenerLimits.pods + 1, 1) })],
    ['too many ports', listenerPath({ slice: 'app', pods: pods(1, listenerLimits.ports + 1) })],
  ])('is not read from %s', (_, path) => {
    expect(read(path)).toBeUndefined();
  });
});

describe('an answer about listeners', () => {
  it.each<[string, unknown, boolean]>([
    ['as an agent gives it', { pods: [{ address: '10.0.0.2', closed: [9999] }] }, true],
    ['about no pod', { pods: [] }, true],
    ['about more pods than one may ask for', { pods: pods(65, 1).map(({ address }) => ({ address, closed: [] })) }, false],
    ['with a port that cannot be', { pods: [{ address: '10.0.0.2', closed: [70_000] }] }, false],
    ['of another kind', { next: 1, more: false, notices: [] }, false],
    ['that is nothing', undefined, false],
  ])('%s', (_, value, isRead) => {
    expect(readListenerAnswer(value)).toEqual(isRead ? value : undefined);
  });
});
