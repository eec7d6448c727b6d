import { describe, expect, it } from 'vitest';
import type { KnownPeer } from '../../../plan/tunnels/peer-routers.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import type { Reply } from './json-server.ts';
import { createPeerEndpoint } from './peer-endpoint.ts';
import type { WorkerVerdict } from './worker-guard.ts';

const peers: KnownPeer[] = [
  { cluster: 'east', router: '10.0.1.3', link: 'Pending' },
  { cluster: 'east', router: '10.0.1.2', link: 'Up' },
  { cluster: 'east', router: '10.0.1.1', link: 'Down' },
  { cluster: 'east', router: '10.0.1.4', link: 'Suspect' },
  { cluster: 'north', router: '10.0.2.1', link: 'Up' },
];
const { signal } = new AbortController();

describe('the peer endpoint', () => {
  const ask = async (path: string, replies: Readonly<Record<string, Reply | Error>>, verdict: WorkerVerdict = 'worker') => {
    const asked: string[] = [];
    const endpoint = createPeerEndpoint({
      guard: async () => verdict,
      peers: (slice) => (slice === 'app' ? peers : []),
      clock: handClock(),
      ask: async (router, { after }) => {
        asked.push(`${router} ${after}`);
        const reply = replies[router];
        if (reply === undefined || reply instanceof Error) throw reply ?? new Error('nobody is there');
        return reply;
      },
    });
    const url = new URL(path, 'http://agent');
    const { status, body } = await endpoint({ path: url.pathname, query: url.searchParams, bearer: 'token', from: '10.244.0.5' }, signal);
    return { status, body, asked };
  };
  const page: Reply = { status: 200, body: '{"next":1}' };

  it('passes on what a node answers', async () => {
    expect(await ask('/v1/peers/app/east/notices?after=7', { '10.0.1.2': page })).toEqual({ ...page, asked: ['10.0.1.2 7'] });
  });

  it('asks another node when one fails', async () => {
    const replies = { '10.0.1.2': { status: 503, body: 'not now' }, '10.0.1.3': page };
    expect(await ask('/v1/peers/app/east/notices', replies)).toEqual({ ...page, asked: ['10.0.1.2 0', '10.0.1.3 0'] });
  });

  it('says so when nobody can be asked', async () => {
    expect(await ask('/v1/peers/app/east/notices', {})).toMatchObject({ status: 503, asked: ['10.0.1.2 0', '10.0.1.3 0'] });
    expect(await ask('/v1/peers/app/south/notices', {})).toMatchObject({ status: 503, asked: [] });
    expect(await ask('/v1/peers/other/east/notices', {})).toMatchObject({ status: 503, asked: [] });
  });

  it('waits no longer for a node whose link is lost', async () => {
    const clock = handClock();
    let link: KnownPeer['link'] = 'Up';
    const endpoint = createPeerEndpoint({
      guard: async () => 'worker',
      peers: () => [
        { cluster: 'east', router: '10.0.1.2', link },
        { cluster: 'east', router: '10.0.1.3', link: 'Pending' },
      ],
      clock,
      ask: (router, _, both) =>
        router === '10.0.1.3'
          ? Promise.resolve(page)
          : new Promise((_, reject) => both.addEventListener('abort', () => reject(new Error('lost')))),
    });
    const url = new URL('/v1/peers/app/east/notices?waitMs=5000', 'http://agent');
    const answer = endpoint({ path: url.pathname, query: url.searchParams, bearer: 'token', from: '10.244.0.5' }, signal);
    await clock.pass(2_000);
    link = 'Suspect';
    await clock.pass(500);
    expect(await answer).toEqual(page);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['stranger', 401],
    ['busy', 429],
  ] as const)('asks nobody for a %s', async (verdict, status) => {
    expect(await ask('/v1/peers/app/east/notices', { '10.0.1.2': page }, verdict)).toMatchObject({ status, asked: [] });
  });

  it.each(['/', '/metrics', '/v1/notices/app', '/v1/peers/app/192.0.2.1/notices', '/v1/peers/app/east/notices?after=x'])(
    'serves nothing at %s',
    async (path) => {
      expect(await ask(path, { '10.0.1.2': page })).toMatchObject({ status: 404, asked: [] });
    },
  );
});
