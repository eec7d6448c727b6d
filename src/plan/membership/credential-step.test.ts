import { describe, expect, it } from 'vitest';
import type { CredentialRequest } from '../../api/credentialrequest/type.ts';
import { cluster } from '../fixtures/hub.ts';
import { credentialStep } from './credential-step.ts';

const request = (spec: CredentialRequest['spec'], status?: CredentialRequest['status']): CredentialRequest => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'CredentialRequest',
  metadata: { name: 'default.east' },
  spec,
  ...(status === undefined ? {} : { status }),
});
const asked = { challenge: 'c', publicKey: 'k', signature: 's' };
const leaving = { ...cluster('east'), metadata: { name: 'east', deletionTimestamp: '2026-01-01T00:00:00Z' } };

describe('a credential request', () => {
  it.each([
    ['new', request({}), cluster('east'), { step: 'challenge' }],
    ['with a question before there is a challenge', request(asked), cluster('east'), { step: 'challenge' }],
    ['that asks nothing', request({}, { challenge: 'c' }), cluster('east'), { step: 'none' }],
    ['replayed', request(asked, { challenge: 'd' }), cluster('east'), { step: 'none' }],
    ['without a key', request({ challenge: 'c', signature: 's' }, { challenge: 'c' }), cluster('east'), { step: 'none' }],
    ['without a signature', request({ challenge: 'c', publicKey: 'k' }, { challenge: 'c' }), cluster('east'), { step: 'none' }],
    ['of nobody', request(asked, { challenge: 'c' }), undefined, { step: 'refuse' }],
    ['of one that leaves', request(asked, { challenge: 'c' }), leaving, { step: 'refuse' }],
    ['of one that has not joined', request(asked, { challenge: 'c' }), cluster('east', {}, false), { step: 'refuse' }],
    ['as it should be', request(asked, { challenge: 'c' }), cluster('east'), { step: 'verify', request: asked, caBundle: 'PEM' }],
  ])('%s', (_, object, of, step) => expect(credentialStep(object, of)).toMatchObject(step));
});
