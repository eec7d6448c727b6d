import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openAuthority } from './authority.ts';
import { createAuthority } from './create-authority.ts';

const owner = { cluster: 'east', project: 'default' };

/** The version of openssl, or `undefined` where there is none. */
const openssl = (): string | undefined => {
  try {
    return execFileSync('openssl', ['version']).toString();
  } catch {
    return undefined;
  }
};

const skippedBecause = openssl() === undefined ? 'skipped: authorities judged by openssl: openssl is not installed' : undefined;
if (skippedBecause !== undefined) console.log(skippedBecause);

describe.skipIf(skippedBecause !== undefined)('openssl, where it is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('accepts an authority with -x509_strict', async () => {
    const { certificate } = await createAuthority(owner, Date.now(), randomBytes);
    const ca = file('ca.pem', certificate);
    expect(execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', ca, ca]).toString()).toContain('OK');
    const text = execFileSync('openssl', ['x509', '-in', ca, '-noout', '-text']).toString();
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(text).toContain('URI:spiffe://east.default');
  });

  it('verifies a signature of an authority, in DER form', async () => {
    const files = await createAuthority(owner, Date.now(), randomBytes);
    const bytes = Buffer.from('{"a":1}');
    const signature = openAuthority(files, owner).sign(bytes);
    const key = file('key.pem', execFileSync('openssl', ['x509', '-in', file('own.pem', files.certificate), '-noout', '-pubkey']));
    const check = (signed: Uint8Array) =>
      execFileSync('openssl', [
        'dgst',
        '-sha256',
        '-verify',
        key,
        '-signature',
        file('signature', der(signature)),
        file('content', signed),
      ]).toString();
    expect(check(bytes)).toContain('Verified OK');
    expect(() => check(Buffer.from('{"a":2}'))).toThrowError();
  });
});

/** The ASN.1 form of a signature r ‖ s (RFC 3279 §2.2.3). */
const der = (signature: Uint8Array): Uint8Array => {
  const integer = (part: Uint8Array): Buffer => {
    let bytes = Buffer.from(part);
    while (bytes.length > 1 && bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) bytes = bytes.subarray(1);
    if ((bytes[0] ?? 0) >= 0x80) bytes = Buffer.concat([Buffer.of(0), bytes]);
    return Buffer.concat([Buffer.of(2, bytes.length), bytes]);
  };
  const content = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
};
