import type { Bundles } from '../bundle.ts';
import { filesLayer } from '../layers/files.ts';
import { hostFolder, nodeLayer } from '../layers/node.ts';
import type { Architecture, ImageConfig, Recipe } from '../recipe.ts';
import { debianBase } from './debian-base.ts';

const launcher = "#!/usr/local/bin/node\nimport { main } from './main.mjs';\nawait main();\n";

/**
 * The one image of all programs of KubeSlice, entered by `kubeslice <program>`.
 *
 * Only the topmost layer, a few megabytes, depends on our own source. `/opt/kubeslice/host` holds what the agent copies to a node's
 * /opt/cni/bin/.kubeslice: Node with its loader and libraries, and wireguard-go.
 *
 * @param bundles what `bundlePrograms` gave.
 */
export async function kubesliceImage(
  options: {
    readonly version: string;
    readonly architecture: Architecture;
    readonly node: string;
    readonly wireguardGo: string;
    readonly bundles: Bundles;
    readonly mirror?: string;
  },
  signal: AbortSignal,
): Promise<Recipe> {
  const { version, architecture, node, wireguardGo, bundles, mirror } = options;
  const base = debianBase(architecture, mirror);
  const wireguard = {
    [`${hostFolder}/wireguard-go`]: { from: wireguardGo, mode: 0o755 },
    '/usr/local/bin/wireguard-go': { link: `${hostFolder}/wireguard-go` },
  };
  const programs = {
    '/opt/kubeslice/kubeslice.mjs': { text: launcher, mode: 0o755 },
    '/opt/kubeslice/main.mjs': { from: bundles.main, mode: 0o644 },
    ...(bundles.cni === undefined ? {} : { '/opt/kubeslice/cni.cjs': { from: bundles.cni, mode: 0o755 } }),
    '/opt/kubeslice/package.json': { text: `${JSON.stringify({ name: 'kubeslice', version, type: 'module' })}\n`, mode: 0o644 },
    '/usr/local/bin/kubeslice': { link: '/opt/kubeslice/kubeslice.mjs' },
  };
  return {
    reference: `kubeslice/kubeslice:${version}`,
    architecture,
    layers: [
      base,
      await nodeLayer({ architecture, node, libc: base }, signal),
      await filesLayer('wireguard-go', wireguard, signal),
      await filesLayer('kubeslice', programs, signal),
    ],
    config: kubesliceConfig(version),
  };
}

/** What a container of the KubeSlice image runs: the program that its arguments name. */
export function kubesliceConfig(version: string): ImageConfig {
  return {
    entrypoint: ['/usr/local/bin/kubeslice'],
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', NODE_ENV: 'production' },
    labels: { 'org.opencontainers.image.version': version, 'org.opencontainers.image.licenses': 'Apache-2.0' },
  };
}
