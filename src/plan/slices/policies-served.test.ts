import { expect, it } from 'vitest';
import { setCondition } from '../../api/condition.ts';
import { servedVerdicts } from './policies-served.ts';

it('says that the definition is missing, that it is there again, and nothing where it never was missing', () => {
  expect(servedVerdicts('member', true, undefined)).toEqual([]);
  const [missing] = servedVerdicts('member', false, undefined);
  expect(missing).toMatchObject({ type: 'PoliciesServed', status: 'False', reason: 'DefinitionMissing' });
  expect(missing?.message).toContain('This cluster has no definition of AccessPolicy');
  if (missing === undefined) throw new Error('no verdict');
  const before = setCondition(undefined, missing, 1, new Date(0));
  expect(servedVerdicts('member', true, before)).toMatchObject([{ type: 'PoliciesServed', status: 'True' }]);
  expect(servedVerdicts('hub', false, undefined)[0]?.message).toContain('kubeslice install');
});
