import { expect, test } from 'vitest';
import { ownNoticesPath, peerNoticesPath, readNoticeRequest } from './notice-request.ts';

const read = (text: string) => {
  const url = new URL(text, 'http://agent');
  return readNoticeRequest(url.pathname, url.searchParams);
};

test.each([
  ['/v1/notices/app', { what: 'notices', slice: 'app', cluster: undefined, after: 0, waitMs: 0 }],
  ['/v1/notices/app?after=7&waitMs=99999', { what: 'notices', slice: 'app', cluster: undefined, after: 7, waitMs: 10_000 }],
  ['/v1/peers/app/east/notices?after=7', { what: 'notices', slice: 'app', cluster: 'east', after: 7, waitMs: 0 }],
  ['/v1/heads/app', { what: 'heads', slice: 'app', cluster: undefined, after: 0, waitMs: 0 }],
  ['/v1/peers/app/east/heads', { what: 'heads', slice: 'app', cluster: 'east', after: 0, waitMs: 0 }],
  ['/v1/peers/app/east/tails', undefined],
  ['/v1/peers/app/east', undefined],
  ['/v1/peers/app/10.0.0.1:80/notices', undefined],
  ['/v1/peers/app/east%2Fnotices', undefined],
  ['/v1/notices/App', undefined],
  ['/v1/notices/app?after=-1', undefined],
  ['/v1/notices/app?after=1e9', undefined],
  ['/v1/notices/app?waitMs=99999999999999999', undefined],
  ['/v1/notices/../app', undefined],
  ['/', undefined],
] as const)('%s', (path, asked) => {
  expect(read(path)).toEqual(asked);
});

test.each(['notices', 'heads'] as const)('what is written is read: %s', (what) => {
  const asked = { what, slice: 'app', cluster: 'east', after: 12, waitMs: 500 };
  expect(read(peerNoticesPath(asked))).toEqual(asked);
  expect(read(ownNoticesPath(asked))).toEqual({ ...asked, cluster: undefined });
});
