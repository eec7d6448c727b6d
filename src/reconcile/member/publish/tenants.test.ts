import { randomBytes } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { exportBody, nodeBody } from '../../../../test/exchange/author.ts';
import { budgets } from '../../../api/budgets.ts';
import type { NoticeSpec, StatementKind } from '../../../api/notice/type.ts';
import { openAuthority } from '../../../identity/authority.ts';
import { createAuthority } from '../../../identity/create-authority.ts';
import { systemClock } from '../../../values/clock.ts';
import { createBelief } from '../receive/belief.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createOwnNotices, type OwnNotices } from './own-notices.ts';
import { followTenants } from './tenants.ts';

const notice = (kind: StatementKind, subject: string): NoticeSpec => ({ cluster: 'east', kind, subject, statement: '', signature: '' });
let outbox: Outbox;
const ownOf = (...subjects: string[]): OwnNotices => {
  const list = () => subjects.map((subject) => ({ spec: notice('Export', subject) })) as never;
  return createOwnNotices({ list }, 'east');
};

beforeEach(async () => {
  const owner = { cluster: 'east', project: 'default' };
  const authority = openAuthority(await createAuthority(owner, Date.now(), randomBytes), owner);
  outbox = createOutbox(createBelief(), authority, { slice: 'app', sliceUID: 'u' }, systemClock);
});

it('counts what is stated, what an earlier run signed, and what was withdrawn until it is forgotten', async () => {
  const own = ownOf('app-ns/old', 'app-ns/old-too', 'other/old');
  const tenants = followTenants(outbox, own);
  const used = () => Object.fromEntries(tenants.use(2).used);
  expect(tenants.use(2)).toMatchObject({ budget: budgets.offers, namespaces: 2 });
  expect(used()).toEqual({ 'app-ns': 2, other: 1 });
  const state = (name: string) => outbox.set('Export', `app-ns/${name}`, exportBody({ name }));
  state('new');
  state('old');
  outbox.set('Endpoints', 'app-ns/new/3', { namespace: 'app-ns', name: 'new', shard: 3, endpoints: [] });
  outbox.set('Node', 'n1', nodeBody('n1', ['10.0.0.0/26']));
  expect(used()).toEqual({ 'app-ns': 4, other: 1 });
  expect([tenants.ofExport('app-ns/new'), tenants.ofExport('app-ns/old'), tenants.ofExport('app-ns/none')]).toEqual([2, 1, 0]);
  own.set(notice('Export', 'app-ns/new'));
  expect(used()).toEqual({ 'app-ns': 4, other: 1 });

  // Never signed: nothing remembers it. Signed: it takes its place until it is forgotten.
  outbox.set('Endpoints', 'app-ns/new/3', undefined);
  outbox.set('Export', 'app-ns/old', undefined);
  expect([used(), tenants.withdrawn('app-ns')]).toEqual([{ 'app-ns': 3, other: 1 }, 1]);
  own.delete('Export/app-ns/old');
  expect([used(), tenants.withdrawn('app-ns')]).toEqual([{ 'app-ns': 2, other: 1 }, 0]);
});
