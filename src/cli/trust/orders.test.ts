import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noticeKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { clusterLabel, statementLabel } from '../../api/labels.ts';
import { forgottenConfigMap, hubSecret, memberNamespace, trustConfigMap } from '../../api/places.ts';
import { isMarked, readAuthorityOrders } from '../../exchange/trust/authority-orders.ts';
import { offersKey, replacedKey } from '../../exchange/trust/pin-data.ts';
import { createAuthority } from '../../identity/create-authority.ts';
import { type Root, readRoot } from '../../identity/root.ts';
import { configMapKind, podKind, secretKind, selfSubjectReviewKind } from '../../kubernetes/kinds.ts';
import { forgetOrders } from '../../plan/peers/forget-order.ts';
import { eventKind } from '../../values/builtin/event.ts';
import { command } from '../commands/trust.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';

const owner = { cluster: 'west', project: 'default' };
let contexts: FakeContexts;
let pinned: Root;
let offered: Root;
let replaced: Root;
const api = () => contexts.api('east');
const run = (name: string, ...words: string[]) => {
  const found = command.commands?.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return contexts.run(found, words, { context: 'east' });
};
const dataOf = (name: string) => api().read(configMapKind, { namespace: memberNamespace, name })?.data ?? {};
const pins = () => dataOf(trustConfigMap);
const orders = () => readAuthorityOrders(dataOf(forgottenConfigMap)).get('west');
const everything = () => JSON.stringify([pins(), dataOf(forgottenConfigMap), api().objects(noticeKind), api().objects(podKind)]);

beforeEach(async () => {
  contexts = await startFakeContexts(
    ['east', 'bare'],
    [eventKind, configMapKind, noticeKind, podKind, secretKind, sliceKind, sliceNodeKind, selfSubjectReviewKind],
  );
  const make = async () => readRoot((await createAuthority(owner, Date.now(), randomBytes)).certificate, owner);
  [pinned, offered, replaced] = [await make(), await make(), await make()];
  const put = (name: string, data: Record<string, string>) =>
    api().put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: memberNamespace }, data });
  put(trustConfigMap, {
    west: pinned.certificate,
    [offersKey('west')]: `rubbish${offered.certificate}`,
    [replacedKey('west')]: replaced.certificate,
  });
  put(forgottenConfigMap, {});
  const data = Object.fromEntries(
    Object.entries({ cluster: 'east', project: 'default' }).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  api().put(secretKind, { apiVersion: 'v1', kind: 'Secret', metadata: { name: hubSecret, namespace: memberNamespace }, data });
  api().put(noticeKind, {
    apiVersion: 'exchange.kubeslice.io/v1alpha1',
    kind: 'Notice',
    metadata: { name: 'app.west.1', namespace: memberNamespace, labels: { [clusterLabel]: 'west', [statementLabel]: 'cluster' } },
    spec: { cluster: 'west', kind: 'Cluster', subject: 'west', statement: '{}', signature: 's' },
  });
  const labels = { 'app.kubernetes.io/name': 'kubeslice', 'app.kubernetes.io/component': 'worker' };
  const metadata = { name: 'worker', namespace: memberNamespace, labels };
  api().put(podKind, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } });
});
afterEach(() => contexts.stop());

it('accepts exactly the authority that is presented with this fingerprint, and forgets the other', async () => {
  const uid = api().objects(noticeKind)[0]?.metadata.uid;
  const { code, out } = await run('accept', 'west', offered.fingerprint.toUpperCase().replace('SHA', 'sha'));
  expect([code, out]).toEqual([0, expect.stringContaining(offered.fingerprint)]);
  expect(orders()).toMatchObject({ accepted: { fingerprint: offered.fingerprint, by: 'someone' }, revoked: [] });
  expect(Object.hasOwn(pins(), 'west')).toBe(false);
  expect(api().objects(noticeKind)).toEqual([]);
  expect(api().objects(podKind)).toEqual([]);
  expect([...(forgetOrders(dataOf(forgottenConfigMap)).get('west')?.notices ?? [])]).toEqual([uid]);
  expect(api().objects(eventKind)).toMatchObject([{ reason: 'AuthorityAccepted' }]);
});

it('changes nothing for another fingerprint, and names those that are presented', async () => {
  const before = everything();
  const wrong = offered.fingerprint.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  await expect(run('accept', 'west', wrong)).rejects.toThrow(`presented and refused are: ${offered.fingerprint}.`);
  await expect(run('accept', 'wset', offered.fingerprint)).rejects.toThrow('presented and refused are: none. Did you mean "west"?');
  await expect(run('accept', 'west', 'sha256:12')).rejects.toThrow('"sha256:12" is no fingerprint');
  expect((await run('accept', 'west', pinned.fingerprint)).out).toContain('already');
  await expect(run('revoke', 'west', 'nonsense')).rejects.toThrow('"nonsense" is no fingerprint');
  await expect(run('revoke', 'wset')).rejects.toThrow('has pinned no authority of cluster "wset"; it has those of: west.');
  await expect(run('revoke', 'east')).rejects.toThrow('cannot revoke its own authority');
  expect(everything()).toBe(before);
});

it('revokes the pinned authority with all that it stated, and accepts none in its place', async () => {
  const { code, out } = await run('revoke', 'west');
  expect([code, out]).toEqual([0, expect.stringContaining('kubeslice trust accept west FINGERPRINT --context east')]);
  expect(orders()).toMatchObject({ accepted: { none: true, by: 'someone' }, revoked: [{ fingerprint: pinned.fingerprint }] });
  expect([Object.hasOwn(pins(), 'west'), api().objects(noticeKind), api().objects(podKind)]).toEqual([false, [], []]);
  expect(forgetOrders(dataOf(forgottenConfigMap)).has('west')).toBe(true);
  expect(api().objects(eventKind)).toMatchObject([{ reason: 'AuthorityRevoked', type: 'Warning' }]);

  const { out: shown } = await run('show');
  const at = orders()?.revoked[0]?.at;
  const lines = shown.split('\n').map((line) => line.trimEnd().split(/ {2,}/));
  expect(lines).toContainEqual(['west', 'revoked', pinned.fingerprint, at, 'someone']);
  expect(lines).toContainEqual(['west', 'none accepted', '-', at, 'someone']);
});

it('revokes an earlier authority by its key, with what it may have signed, and goes on with the pinned one alone', async () => {
  const { out } = await run('revoke', 'west', replaced.fingerprint);
  expect(out).not.toContain('Nothing of');
  expect(out).toContain(`What ${pinned.fingerprint} vouches for counts again`);
  expect([Object.hasOwn(pins(), 'west'), api().objects(noticeKind)]).toEqual([false, []]);
  const [mark] = orders()?.revoked ?? [];
  if (mark === undefined) throw new Error('nothing is revoked');
  expect(isMarked(mark, { ...replaced, fingerprint: 'of another certificate' })).toBe(true);
  expect(orders()?.accepted).toMatchObject({ fingerprint: pinned.fingerprint });
  expect(forgetOrders(dataOf(forgottenConfigMap)).has('west')).toBe(true);
});

it('revokes one that was never pinned, and changes nothing else', async () => {
  const before = pins();
  await run('revoke', 'west', offered.fingerprint);
  const unknown = `sha256:${'0'.repeat(64)}`;
  expect((await run('revoke', 'west', unknown)).out).toContain('No certificate with this fingerprint was seen here');
  expect(orders()?.revoked.map(({ fingerprint }) => fingerprint)).toEqual([offered.fingerprint, unknown]);
  expect([pins(), api().objects(noticeKind).length, orders()?.accepted]).toEqual([before, 1, undefined]);
  expect(forgetOrders(dataOf(forgottenConfigMap)).has('west')).toBe(false);
});

it('accepts what was revoked, by the word of an administrator, and forgets an acceptance but no revocation', async () => {
  await run('revoke', 'west', offered.fingerprint);
  await run('revoke', 'west', replaced.fingerprint);
  await run('accept', 'west', offered.fingerprint);
  expect(orders()).toMatchObject({
    accepted: { fingerprint: offered.fingerprint },
    revoked: [{ fingerprint: replaced.fingerprint }],
  });
  api().put(configMapKind, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: trustConfigMap, namespace: memberNamespace },
    data: { west: offered.certificate },
  });
  await run('forget', 'west');
  expect(orders()).toMatchObject({ accepted: undefined, revoked: [{ fingerprint: replaced.fingerprint }] });
  // An acceptance that is revoked accepts nothing.
  await expect(
    contexts.run(command.commands?.find(({ name }) => name === 'revoke') ?? command, ['west'], { context: 'bare' }),
  ).rejects.toThrow('Context "bare" is no member cluster');
});
