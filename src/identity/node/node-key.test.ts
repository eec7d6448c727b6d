import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { isIdentityKey } from '../../values/identity-key.ts';
import { createNodeKey, isNodeKeyProved, openNodeKey, proveNodeKey } from './node-key.ts';

const use = { node: 'n1', sliceUID: 'u', tunnelKey: Buffer.alloc(32, 7).toString('base64') };

it('is proved by who has it, for one node, slice and tunnel key', () => {
  const { key, pem } = createNodeKey();
  expect(isIdentityKey(key.publicKey)).toBe(true);
  expect(openNodeKey(pem)?.publicKey).toBe(key.publicKey);
  const proved = proveNodeKey(key, use);
  expect(isNodeKeyProved(proved, use)).toBe(true);
  for (const other of [{ node: 'n2' }, { sliceUID: 'v' }, { tunnelKey: Buffer.alloc(32, 8).toString('base64') }])
    expect(isNodeKeyProved(proved, { ...use, ...other })).toBe(false);
});

it('is not proved with the key of another, nor with a changed or malformed proof', () => {
  const [own, other] = [createNodeKey().key, createNodeKey().key];
  const { proof } = proveNodeKey(own, use);
  const bytes = Buffer.from(proof, 'base64');
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  for (const wrong of [
    { publicKey: other.publicKey, proof },
    { publicKey: own.publicKey, proof: bytes.toString('base64') },
    { publicKey: own.publicKey, proof: '' },
    { publicKey: own.publicKey, proof: 'A'.repeat(200) },
    { publicKey: 'x', proof },
    // The right form, but no point of the curve.
    { publicKey: `${own.publicKey.slice(0, 40)}${'A'.repeat(80)}${own.publicKey.slice(-4)}`, proof },
  ])
    expect(isNodeKeyProved(wrong, use)).toBe(false);
});

it('is read from its file only as it was written', () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const text of ['', 'rubbish', p384, createNodeKey().pem.slice(0, 90)]) expect(openNodeKey(text)).toBeUndefined();
});
