import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { authoritySecret, hubSecret, memberNamespace } from '../../api/places.ts';
import { type AuthorityFiles, openAuthority } from '../../identity/authority.ts';
import { createAuthority } from '../../identity/create-authority.ts';
import { fingerprintOf } from '../../identity/fingerprint.ts';
import { successorsOf } from '../../identity/rotation.ts';
import { authorityData, readAuthorityData } from '../../identity/stored-authority.ts';
import { planCrds } from '../../install/crds.ts';
import { customResourceDefinitionKind, podKind, secretKind } from '../../kubernetes/kinds.ts';
import { eventKind } from '../../values/builtin/event.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { rotate } from './rotate.ts';

const owner = { cluster: 'west', project: 'default' };
let contexts: FakeContexts;
let files: AuthorityFiles;
const api = () => contexts.api('west');
const run = () => contexts.run(rotate, [], { context: 'west' });
const stored = () => readAuthorityData(api().read(secretKind, { namespace: memberNamespace, name: authoritySecret })?.data);
const secret = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: memberNamespace },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

beforeEach(async () => {
  contexts = await startFakeContexts(['west', 'bare'], [eventKind, secretKind, podKind, customResourceDefinitionKind]);
  files = await createAuthority(owner, Date.now(), randomBytes);
  api().put(secretKind, secret(authoritySecret, authorityData(files)));
  api().put(secretKind, secret(hubSecret, owner));
  for (const definition of planCrds('member')) api().put(customResourceDefinitionKind, definition);
  const labels = { 'app.kubernetes.io/name': 'kubeslice', 'app.kubernetes.io/component': 'worker' };
  const metadata = { name: 'worker', namespace: memberNamespace, labels };
  api().put(podKind, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } });
});
afterEach(() => contexts.stop());

it('replaces the authority by one that the present one signs, restarts the worker, and leaves no old key', async () => {
  const { code, out } = await run();
  expect(code).toBe(0);
  const next = stored();
  if (next === undefined) throw new Error('no authority');
  const [before, after] = [openAuthority(files, owner), openAuthority(next, owner)];
  expect(successorsOf(before, after.rotations).map(({ publicKey }) => publicKey.equals(after.publicKey))).toEqual([true]);
  expect(next.joined).toBe(files.certificate);
  expect(JSON.stringify(next)).not.toContain(files.privateKey.split('\n')[1]);
  for (const part of [fingerprintOf(files.certificate), fingerprintOf(next.certificate)]) expect(out).toContain(part);
  expect(api().objects(podKind)).toEqual([]);
  expect(api().objects(eventKind)).toMatchObject([{ reason: 'AuthorityRotated', involvedObject: { name: 'kubeslice-trust' } }]);
});

it('keeps one of two that are made at once', async () => {
  const both = await Promise.allSettled([run(), run()]);
  const lost = both.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  // One after the other is two rotations, and no failure.
  expect(stored()?.rotations).toHaveLength(2 - lost.length);
  for (const why of lost) expect(why).toContain('was changed by somebody else meanwhile');
});

it('changes nothing where others could not follow, or nothing has joined', async () => {
  for (const { metadata } of api().objects(customResourceDefinitionKind)) api().remove(customResourceDefinitionKind, metadata);
  await expect(run()).rejects.toThrow('of a version that knows no rotations');
  expect(stored()).toEqual(files);
  await expect(contexts.run(rotate, [], { context: 'bare' })).rejects.toThrow('Context "bare" has no authority to rotate');
});
