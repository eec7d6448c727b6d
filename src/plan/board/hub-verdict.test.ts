import { expect, it } from 'vitest';
import { Failure } from '../../values/failure.ts';
import type { FailureCode } from '../../values/failure-codes.ts';
import { planHubVerdict } from './hub-verdict.ts';

const failed = (code: FailureCode, cause?: string): Failure =>
  new Failure(code, 'It failed.', cause === undefined ? {} : { cause: Object.assign(new Error('x'), { code: cause }) });

it.each<[string, unknown, string, string]>([
  ['an answer', undefined, 'Ready', 'The hub answers.'],
  ['no answer', failed('Unavailable', 'EHOSTUNREACH'), 'HubAway', 'The hub does not answer this cluster. It failed.'],
  ['no answer in time', failed('Timeout'), 'HubAway', 'It failed.'],
  ['another server', failed('Unavailable', 'SELF_SIGNED_CERT_IN_CHAIN'), 'HubCertificateRefused', 'It failed.'],
  ['an unknown authority', failed('Unavailable', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'HubCertificateRefused', 'authority'],
  ['no account any more', failed('Unauthorized'), 'ClusterRemoved', '"kubeslice join east" makes it a member again'],
  ['no rights any more', failed('Forbidden'), 'ClusterRemoved', '"kubeslice leave east"'],
  ['no lease any more', failed('NotFound'), 'ClusterRemoved', 'It failed.'],
  ['anything else', new Error('what'), 'HubAway', 'what'],
])('%s', (_, error, reason, message) => {
  const verdict = planHubVerdict('east', error);
  expect(verdict).toMatchObject({ type: 'HubReachable', status: error === undefined ? 'True' : 'False', reason });
  expect(verdict.message).toContain(message);
});

it('a cluster that has not joined says so', () => {
  expect(planHubVerdict('', failed('InvalidInput'), 'unjoined')).toMatchObject({ status: 'False', reason: 'NotJoined' });
});
