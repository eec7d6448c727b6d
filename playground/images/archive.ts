import { createHash } from 'node:crypto';
import type { Architecture, ImageConfig } from './recipe.ts';

/** The archive's description of a layer. */
export interface LayerBlob {
  /** SHA-256 of the uncompressed tar, hexadecimal. */
  readonly digest: string;
  readonly size: number;
}

/** The archive's description of one image. */
export interface ArchiveImage {
  readonly reference: string;
  readonly architecture: Architecture;
  readonly config: ImageConfig;
  readonly layers: readonly LayerBlob[];
}

/** The small files of an image archive by path, and the digests that identify the images. */
export interface ArchiveFiles {
  /** SHA-256 of each image's OCI manifest, hexadecimal, in the order of the images. */
  readonly digests: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/**
 * All files of an archive of one or more images, except the layers, which belong at `blobs/sha256/<digest>`.
 *
 * Images with one reference and different architectures become one image of several platforms. docker-archive does not support that: there each of
 * them has the architecture behind its tag (`name:tag-arm64`).
 *
 * The archive is both an OCI image layout (index.json, oci-layout, blobs; OCI image specification 1.1) and a docker-archive (manifest.json), like the
 * output of `docker save`, so `ctr images import`, `docker load`, `podman load`, skopeo and kind can read it. Equal input gives equal bytes: no
 * creation time is recorded.
 */
export function archiveFiles(images: readonly ArchiveImage[]): ArchiveFiles {
  const blobs: Record<string, string> = {};
  const blob = (mediaType: string, value: unknown): Descriptor => {
    const text = JSON.stringify(value);
    const digest = createHash('sha256').update(text).digest('hex');
    blobs[blobPath(digest)] = text;
    return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
  };
  const described = images.map((image) => {
    const config = blob('application/vnd.oci.image.config.v1+json', ociConfig(image));
    const layers = image.layers.map((layer): Descriptor => ({ mediaType: layerType, digest: `sha256:${layer.digest}`, size: layer.size }));
    return { image, config, manifest: blob(manifestType, { schemaVersion: 2, mediaType: manifestType, config, layers }) };
  });
  const named = [...Map.groupBy(described, ({ image }) => image.reference)].map(([reference, same]) => {
    const platforms = same.map(({ image, manifest }) => ({ ...manifest, platform: { architecture: image.architecture, os: 'linux' } }));
    const [first] = platforms;
    const target = platforms.length === 1 && first !== undefined ? first : blob(indexType, indexOf(platforms));
    return { ...target, annotations: annotationsOf(reference) };
  });
  const docker = described.map(({ image, config }) => ({
    Config: blobPath(hexOf(config)),
    RepoTags: [
      described.some((other) => other.image !== image && other.image.reference === image.reference)
        ? `${image.reference}-${image.architecture}`
        : image.reference,
    ],
    Layers: image.layers.map((layer) => blobPath(layer.digest)),
  }));
  return {
    digests: described.map(({ manifest }) => hexOf(manifest)),
    files: {
      ...blobs,
      'index.json': JSON.stringify(indexOf(named)),
      'manifest.json': JSON.stringify(docker),
      'oci-layout': JSON.stringify({ imageLayoutVersion: '1.0.0' }),
    },
  };
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

const indexOf = (manifests: readonly unknown[]): unknown => ({ schemaVersion: 2, mediaType: indexType, manifests });

const annotationsOf = (reference: string): Readonly<Record<string, string>> => ({
  'io.containerd.image.name': canonicalReference(reference),
  'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
});

interface Descriptor {
  readonly mediaType: string;
  /** With the prefix `sha256:`. */
  readonly digest: string;
  readonly size: number;
}

function hexOf(descriptor: Descriptor): string {
  return descriptor.digest.slice('sha256:'.length);
}

/** The path of a blob inside the archive. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest}`;
}

/** A reference as containerd and the kubelet store it: with the registry that a short name implies. */
export function canonicalReference(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const hasRegistry = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  if (hasRegistry) return reference;
  return rest.length > 0 ? `docker.io/${reference}` : `docker.io/library/${reference}`;
}

function ociConfig(image: ArchiveImage): unknown {
  const { entrypoint, command, environment, workingFolder, ports, user, labels } = image.config;
  return {
    architecture: image.architecture,
    os: 'linux',
    // JSON omits `undefined` members.
    config: {
      User: user,
      ExposedPorts: ports === undefined ? undefined : Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
      Env: environment === undefined ? undefined : Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      Entrypoint: entrypoint,
      Cmd: command,
      WorkingDir: workingFolder,
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: image.layers.map((layer) => `sha256:${layer.digest}`) },
  };
}
