import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterKind, membershipKind, projectKind } from '../../api/kinds.ts';
import { namespaceKind, secretKind, selfSubjectAccessReviewKind } from '../../kubernetes/kinds.ts';
import type { CliCommand } from '../command.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command as doctor } from './doctor.ts';
import { command as join } from './join.ts';
import { command as leave } from './leave.ts';
import { command as status } from './status.ts';
import { command as trust } from './trust.ts';
import { command as uninstall } from './uninstall.ts';
import { command as verify } from './verify.ts';

const kinds = [clusterKind, membershipKind, projectKind, namespaceKind, secretKind, selfSubjectAccessReviewKind];
let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['hub', 'east'], kinds, ['hub']);
});
afterEach(() => contexts.stop());

describe('a credential that has expired is told by the context that it is of, and nothing is changed', () => {
  it.each<[string, CliCommand | undefined, string[], Record<string, string>]>([
    ['status', status, [], { context: 'hub' }],
    ['doctor', doctor, [], { context: 'hub' }],
    ['verify', verify, [], { context: 'hub' }],
    ['uninstall', uninstall, [], { context: 'hub' }],
    ['trust list', trust.commands?.[0], [], { context: 'hub' }],
    ['join, of the hub', join, ['east'], { context: 'east', hubContext: 'hub' }],
    ['leave, of the hub', leave, ['east'], { context: 'east', hubContext: 'hub' }],
  ])('%s', async (_, command, words, options) => {
    if (command === undefined) throw new Error('there is no such command');
    await expect(contexts.run(command, words, options)).rejects.toMatchObject({
      code: 'Unauthorized',
      message: expect.stringMatching(/does not accept the credential of context "hub": it has expired.*log in again/),
    });
    expect(contexts.api('east').requests.filter((line) => !line.startsWith('GET ') && !line.includes('selfsubject'))).toEqual([]);
  });
});
