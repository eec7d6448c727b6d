import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeJoinToken } from '../../install/join-token.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command } from './join.ts';

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['east'], []);
});
afterEach(() => contexts.stop());

const join = (project: string | undefined) => {
  const server = contexts.api('east').connection.server;
  const place = { server, ca: '', project: 'shop', namespace: 'kubeslice-shop', cluster: 'east' };
  const token = encodeJoinToken({ ...place, bearer: 'x', expiresAt: Date.now() + 60_000 });
  return contexts.run(command, ['east'], { context: 'east', token, ...(project === undefined ? {} : { project }) });
};

it.each(['default', 'other'])('a token of another project than --project %s is refused before anything is asked', async (project) => {
  await expect(join(project)).rejects.toMatchObject({
    code: 'TokenRefused',
    message: `--token is for project "shop", not for "${project}"; leave out --project, or create a new one with "kubeslice token create east --project ${project}".`,
  });
  expect(contexts.api('east').requests).toEqual([]);
});

it.each([undefined, 'shop'])('one with its own project, or none, is asked about: %s', async (project) => {
  await join(project).catch(() => undefined);
  expect(contexts.api('east').requests).not.toEqual([]);
});

it('has no default for --project, which would not be what somebody said', () => {
  const option = command.options?.find(({ flags }) => flags.startsWith('--project'));
  expect(option?.default).toBeUndefined();
});

it.each(['yes', 'true', 'On'])('refuses --mutual-tls "%s" before anything is asked', async (value) => {
  const server = contexts.api('east').connection.server;
  const place = { server, ca: '', project: 'shop', namespace: 'kubeslice-shop', cluster: 'east' };
  const token = encodeJoinToken({ ...place, bearer: 'x', expiresAt: Date.now() + 60_000 });
  await expect(contexts.run(command, ['east'], { context: 'east', token, mutualTls: value })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: `--mutual-tls "${value}" is neither on, off nor required; write one of the three.`,
  });
  expect(contexts.api('east').requests).toEqual([]);
});
