import { describe, expect, it } from 'vitest';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { changeByFile, changeByName } from './policy-change.ts';

const policy = (name: string, namespace?: string): AccessPolicy => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'AccessPolicy',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { slice: 'app', from: [{ clusters: ['west'] }], dryRun: true },
});
const hub = { member: undefined, project: 'default' };
const member = { member: 'east', project: undefined };
const both = { member: 'east', project: 'default' };

describe('a policy that is written', () => {
  it.each([
    ['on a hub, without a namespace', policy('p'), hub],
    ['on a hub, in the namespace of the project', policy('p', 'default'), hub],
    ['in a cluster that is both, in the namespace of the project', policy('p', 'default'), both],
  ])('is one of the slice %s', (_, written, side) => {
    expect(changeByFile(written, side)).toMatchObject({
      scope: 'slice',
      name: 'p',
      cluster: undefined,
      written: { slice: 'app', policy: { name: 'p', action: 'Allow', from: [{ clusters: ['west'] }] } },
    });
  });

  it.each([
    ['a member', policy('p', 'shop'), member],
    ['a member, in a namespace named like that of a project', policy('p', 'default'), member],
    ['a cluster that is both', policy('p', 'shop'), both],
  ])('is one of an owner in %s', (_, written, side) => {
    const name = `${written.metadata.namespace}/p`;
    expect(changeByFile(written, side)).toMatchObject({
      scope: 'owner',
      name,
      cluster: 'east',
      written: { policy: { name, to: { clusters: ['east'] } } },
    });
  });

  it('needs a member for a policy of an owner, and its namespace', () => {
    expect(() => changeByFile(policy('p', 'shop'), hub)).toThrow('name a member with --context');
    expect(() => changeByFile(policy('p'), member)).toThrow('write metadata.namespace');
  });
});

describe('a policy that ends', () => {
  it('is one of the slice by its name, and one of an owner with its namespace', () => {
    expect(changeByName('p', hub)).toEqual({ scope: 'slice', name: 'p', cluster: undefined, written: undefined });
    expect(changeByName('shop/p', both)).toEqual({ scope: 'owner', name: 'shop/p', cluster: 'east', written: undefined });
    expect(changeByName('default/p', both)).toMatchObject({ scope: 'slice', name: 'p' });
  });

  it('needs a member for one of an owner, and its namespace', () => {
    expect(() => changeByName('shop/p', hub)).toThrow('name a member');
    expect(() => changeByName('p', member)).toThrow('metadata.namespace');
  });
});
