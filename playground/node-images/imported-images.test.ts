import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/values/failure.ts';
import { importFailure, isStillImported } from './imported-images.ts';

const [one, two] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
const said = (name: string, digest: string) => `unpacking docker.io/${name} (${digest})...done\n`;
const listed = (...rows: readonly (readonly [string, string])[]) =>
  [
    'REF                         TYPE                                       DIGEST   SIZE    PLATFORMS   LABELS ',
    ...rows.map(([name, digest]) => `docker.io/${name} application/vnd.oci.image.manifest.v1+json ${digest} 1.4 MiB linux/amd64 -      `),
  ].join('\n');

describe('an archive that was imported before', () => {
  test.each([
    ['is there while its names point to it', said('a:1', one), listed(['b:1', two], ['a:1', one]), true],
    ['is imported again when another took its name', said('a:1', one), listed(['a:1', two]), false],
    ['is imported again when one of its names is gone', said('a:1', one) + said('b:1', two), listed(['a:1', one]), false],
    ['is imported again when what it brought was not written down', '/tmp/image.tar', listed(['a:1', one]), false],
    ['is imported again when the node has nothing', said('a:1', one), listed(), false],
  ])('%s', (_, before, now, expected) => {
    expect(isStillImported(before, now)).toBe(expected);
  });
});

describe('an import that fails', () => {
  const failed = (words: string) =>
    importFailure('x.tar', 'hub-node-1', new Failure('CommandFailed', `"nsenter --target=7 … ctr images import -" failed (1): ${words}`));

  test.each([
    'time="2026" level=warning msg="DEPRECATION: cgroup v1"\nctr: archive/tar: invalid tar header',
    'ctr: unrecognized image format',
    'ctr: failed to ingest "./blobs/sha256/a2": short read: expected 9 bytes but got 6: unexpected EOF',
  ])('because of what the file is, says so in one sentence with its path: %j', (words) => {
    const { code, message } = failed(words);
    expect(code).toBe('InvalidInput');
    expect(message).toMatch(
      /^x\.tar is not an image archive.* \((archive\/tar: invalid|unrecognized|failed to ingest).*\); name an uncompressed/,
    );
    expect(message).not.toMatch(/nsenter|DEPRECATION|\n/);
  });

  test('for another reason, says where and why', () => {
    const { code, message } = failed('ctr: no space left on device');
    expect(code).toBe('CommandFailed');
    expect(message).toMatch(/^x\.tar could not be loaded into hub-node-1: no space left on device; /);
  });
});
