import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { archiveFiles, canonicalReference } from './archive.ts';

const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
const image = {
  reference: 'kubeslice/demo:1.2.3',
  architecture: 'amd64',
  config: {
    entrypoint: ['/usr/local/bin/node', '/srv/answer.js'],
    environment: { PATH: '/bin', PORT: '80' },
    workingFolder: '/srv',
    ports: [80],
    labels: { a: 'b' },
  },
  layers: [
    { digest: one, size: 10 },
    { digest: two, size: 20 },
  ],
} as const;
const pause = {
  reference: 'kubeslice/pause:1',
  architecture: 'amd64',
  config: { entrypoint: ['/pause'] },
  layers: [{ digest: one, size: 10 }],
} as const;

describe('archiveFiles', () => {
  const { files, digests } = archiveFiles([image, pause]);
  const parsed = (path: string): unknown => JSON.parse(files[path] ?? '');
  const blob = (digest: string): unknown => parsed(`blobs/sha256/${digest.replace('sha256:', '')}`);

  test('every blob is named by the hash of its content', () => {
    const blobs = Object.entries(files).filter(([path]) => path.startsWith('blobs/'));
    expect(blobs).toHaveLength(4);
    for (const [path, text] of blobs) expect(path).toBe(`blobs/sha256/${createHash('sha256').update(text).digest('hex')}`);
  });

  test('the index names the images as containerd stores them, and leads to manifest, configuration and layers', () => {
    expect(parsed('index.json')).toMatchObject({
      schemaVersion: 2,
      manifests: [
        {
          digest: `sha256:${digests[0]}`,
          platform: { os: 'linux', architecture: 'amd64' },
          annotations: { 'io.containerd.image.name': 'docker.io/kubeslice/demo:1.2.3', 'org.opencontainers.image.ref.name': '1.2.3' },
        },
        { digest: `sha256:${digests[1]}`, annotations: { 'io.containerd.image.name': 'docker.io/kubeslice/pause:1' } },
      ],
    });
    const manifest = blob(digests[0] ?? '');
    expect(manifest).toMatchObject({
      schemaVersion: 2,
      layers: [
        { digest: `sha256:${one}`, size: 10, mediaType: 'application/vnd.oci.image.layer.v1.tar' },
        { digest: `sha256:${two}`, size: 20 },
      ],
    });
  });

  test('the docker manifest names configuration and layers by path, lowest layer first', () => {
    const docker = parsed('manifest.json');
    expect(docker).toMatchObject([
      { RepoTags: ['kubeslice/demo:1.2.3'], Layers: [`blobs/sha256/${one}`, `blobs/sha256/${two}`] },
      { RepoTags: ['kubeslice/pause:1'], Layers: [`blobs/sha256/${one}`] },
    ]);
    const config = /"Config":"([^"]+)"/.exec(files['manifest.json'] ?? '')?.[1] ?? '';
    expect(parsed(config)).toEqual({
      architecture: 'amd64',
      os: 'linux',
      config: {
        ExposedPorts: { '80/tcp': {} },
        Env: ['PATH=/bin', 'PORT=80'],
        Entrypoint: ['/usr/local/bin/node', '/srv/answer.js'],
        WorkingDir: '/srv',
        Labels: { a: 'b' },
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${one}`, `sha256:${two}`] },
    });
  });

  test('equal input gives equal bytes; a changed layer gives another digest', () => {
    expect(archiveFiles([structuredClone(image), pause])).toEqual({ files, digests });
    const changed = archiveFiles([{ ...image, layers: [{ digest: two, size: 10 }] }, pause]);
    expect(changed.digests[0]).not.toBe(digests[0]);
    expect(changed.digests[1]).toBe(digests[1]);
  });
});

test.each([
  ['kubeslice/demo:1', 'docker.io/kubeslice/demo:1'],
  ['demo:1', 'docker.io/library/demo:1'],
  ['registry.example/kubeslice/demo:1', 'registry.example/kubeslice/demo:1'],
  ['localhost:5000/demo:1', 'localhost:5000/demo:1'],
  ['localhost/demo:1', 'localhost/demo:1'],
])('canonicalReference: %s is stored as %s', (short, long) => {
  expect(canonicalReference(short)).toBe(long);
});

describe('an image of several architectures', () => {
  const { files, digests } = archiveFiles([image, { ...image, architecture: 'arm64', layers: [{ digest: two, size: 20 }] }]);
  const parsed = (path: string): any => JSON.parse(files[path] ?? '');

  test('has one name, which leads to a manifest for each platform', () => {
    const { manifests } = parsed('index.json');
    expect(manifests).toMatchObject([
      {
        mediaType: 'application/vnd.oci.image.index.v1+json',
        annotations: { 'io.containerd.image.name': 'docker.io/kubeslice/demo:1.2.3', 'org.opencontainers.image.ref.name': '1.2.3' },
      },
    ]);
    expect(parsed(`blobs/sha256/${manifests[0].digest.replace('sha256:', '')}`).manifests).toMatchObject([
      { digest: `sha256:${digests[0]}`, platform: { os: 'linux', architecture: 'amd64' } },
      { digest: `sha256:${digests[1]}`, platform: { os: 'linux', architecture: 'arm64' } },
    ]);
  });

  test('has a tag for each architecture where a format knows no platforms', () => {
    expect(parsed('manifest.json').map(({ RepoTags }: { RepoTags: string[] }) => RepoTags)).toEqual([
      ['kubeslice/demo:1.2.3-amd64'],
      ['kubeslice/demo:1.2.3-arm64'],
    ]);
  });
});
