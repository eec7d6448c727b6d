import { describe, expect, it } from 'vitest';
import { hubAddress } from '../../src/cli/steps/joining/hub-registration.ts';
import { hubByToken } from '../../src/cli/steps/joining/hub-side.ts';
import type { OpenCluster } from '../../src/cli/steps/open-cluster.ts';
import { encodeJoinToken } from '../../src/install/join-token.ts';
import { workerRights } from '../../src/install/rights/member-rights.ts';

const { signal } = new AbortController();
const token = { ca: '', project: 'default', namespace: 'default', cluster: 'east', bearer: 'secret', expiresAt: 1 };

describe('F15: the credentials of a join', () => {
  it.each([
    ['a token for a server without TLS', 'http://hub.example.org:8080', undefined],
    ['a --hub-server without TLS', 'https://hub.example.org:6443', 'http://hub.example.org:8080'],
    ['a --hub-server that is no address', 'https://hub.example.org:6443', 'hub'],
  ])('do not travel in clear: %s', (_, server, hubServer) => {
    expect(() => hubByToken({ ...token, server }, hubServer)).toThrow('travel in clear');
    expect(encodeJoinToken({ ...token, server })).toMatch(/^kubeslice1\./);
  });

  it('go to the hub over TLS', () => {
    const side = hubByToken({ ...token, server: 'https://hub.example.org:6443' }, undefined);
    expect(side.place.server).toBe('https://hub.example.org:6443');
    side.client.close();
  });

  it('are not taken from a hub that nobody has verified', async () => {
    const connection = { server: 'https://hub:6443', credential: { kind: 'none' as const }, insecureSkipTlsVerify: true };
    const hub = { connection, context: 'hub', contexts: [] } as unknown as OpenCluster;
    await expect(hubAddress(hub, undefined, signal)).rejects.toThrow('insecure-skip-tls-verify');
  });

  it('leave the key of the authority to be read only', () => {
    const rules = Object.values(workerRights.in).flatMap((one) =>
      one.filter(({ resourceNames }) => resourceNames?.includes('kubeslice-ca')),
    );
    expect(rules.map(({ verbs }) => verbs)).toEqual([['get']]);
  });
});
