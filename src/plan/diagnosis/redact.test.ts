import { expect, test } from 'vitest';
import { redactObject, redactPod, redactSecret, redactText } from './redact.ts';

const jwt = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{"sub":"system:serviceaccount:x:y"}').toString('base64url')}.c2lnbmF0dXJlLW9mLWl0`;
const joinToken = Buffer.from(
  JSON.stringify({ server: 'https://hub.example.org:6443', bearer: 'planted-secret-0123456789', ca: 'x'.repeat(80) }),
).toString('base64url');
const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEplanted\n-----END EC PRIVATE KEY-----';

test.each([
  ['a token of a service account', `token is ${jwt} here`, jwt.slice(10, 40)],
  ['a join token', `kubeslice join --token ${joinToken}`, joinToken.slice(4, 40)],
  ['a header', 'authorization: Bearer planted-secret-1234', 'planted'],
  ['a private key', `key:\n${pem}\nafter`, 'planted'],
  ['a private key that was cut', '-----BEGIN PRIVATE KEY-----\nMHcCAQEEplanted', 'planted'],
  ['a tunnel key', 'PrivateKey = 0plantedplantedplantedplantedplantedplanted=', 'planted'],
  ['a field of JSON', '{"password":"planted-secret","user":"me"}', 'planted'],
  ['a field of YAML', 'client-key-data: plantedLS0tLS1CRUdJTg==', 'planted'],
  ['an address with a password', 'https://me:planted@proxy.example.org/x', 'planted'],
])('%s is taken out', (_what, text, secret) => {
  expect(text).toContain(secret);
  expect(redactText(text)).not.toContain(secret);
  expect(redactText(text)).toContain('(redacted)');
});

test.each([
  'slice app-slice is Ready; 2 links up, 1 pods attached.',
  'public key s+1gql8BVoqS1/Ru4GgDSflcGddSmJPXvkv5ndzj8SU= of east-node-1',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  '{"metadata":{"name":"kubeslice-hub"}}',
])('what is no secret stays: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

test('of a Secret only sizes are left, and of a pod of an application nothing that its owner wrote into it', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', annotations: { x: 'planted' } },
    type: 'Opaque',
    data: { token: Buffer.from('planted').toString('base64') },
  };
  expect(redactSecret(secret)).toMatchObject({ data: { token: '7 bytes' } });
  expect(JSON.stringify(redactSecret(secret))).not.toMatch(/planted|cGxhbnRlZA/);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', annotations: { a: 'planted' } },
    spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'X', value: 'planted' }], args: ['--x=planted'], command: ['planted'] }] },
  };
  expect(JSON.stringify(redactPod(pod))).not.toContain('planted');
});

test('of other objects the copy in the annotation is left out', () => {
  const object = {
    metadata: {
      name: 'x',
      managedFields: [],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'planted', 'kubeslice.io/serial': '7' },
    },
  };
  expect(redactObject(object)).toEqual({ metadata: { name: 'x', annotations: { 'kubeslice.io/serial': '7' } } });
});
