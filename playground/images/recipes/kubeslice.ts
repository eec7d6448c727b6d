import { basename } from 'node:path';
import { type NodePrograms, nodePrograms } from '../../toolchain/catalogue.ts';
import { filesLayer } from '../layers/files.ts';
import { nodeLayer } from '../layers/node.ts';
import type { Architecture, ImageConfig, Recipe } from '../recipe.ts';
import { debianBase } from './debian-base.ts';
import { debianStrongswan } from './debian-strongswan.ts';

/** Folder of the agent's static programs. */
const hostFolder = '/opt/kubeslice/host';

const entry = "#!/usr/local/bin/node\nimport { main } from './main.mjs';\nawait main();\n";

/**
 * The one image of all programs of KubeSlice, started as `kubeslice <program>`.
 *
 * Only the topmost layer, a few megabytes, depends on our own source. `/opt/kubeslice/host` holds the static programs of the agent: wireguard-go,
 * ipsec-tunnel and the CNI plugin, which it copies to its node, and prober, relay and launcher, which it runs itself.
 *
 * @param bundle paths that `bundlePrograms` returned.
 */
export async function kubesliceImage(
  options: {
    readonly version: string;
    readonly architecture: Architecture;
    readonly node: string;
    readonly programs: NodePrograms;
    readonly bundle: readonly string[];
    readonly mirror?: string;
  },
  signal: AbortSignal,
): Promise<Recipe> {
  const { version, architecture, node, bundle, mirror } = options;
  const base = debianBase(architecture, mirror);
  const ofNodes = {
    ...Object.fromEntries(nodePrograms.map((name) => [`${hostFolder}/${name}`, { from: options.programs[name], mode: 0o755 }])),
    '/usr/local/bin/wireguard-go': { link: `${hostFolder}/wireguard-go` },
  };
  const programs = {
    '/opt/kubeslice/kubeslice.mjs': { text: entry, mode: 0o755 },
    ...Object.fromEntries(bundle.map((path) => [`/opt/kubeslice/${basename(path)}`, { from: path, mode: 0o644 }])),
    '/opt/kubeslice/package.json': { text: `${JSON.stringify({ name: 'kubeslice', version, type: 'module' })}\n`, mode: 0o644 },
    '/usr/local/bin/kubeslice': { link: '/opt/kubeslice/kubeslice.mjs' },
  };
  return {
    reference: `kubeslice/kubeslice:${version}`,
    architecture,
    layers: [
      base,
      debianStrongswan(architecture, mirror),
      await nodeLayer(node, architecture, signal),
      await filesLayer('node-programs', ofNodes, signal),
      await filesLayer('kubeslice', programs, signal),
    ],
    config: kubesliceConfig(version),
  };
}

/** What a container of the KubeSlice image runs: the program in its arguments. */
export function kubesliceConfig(version: string): ImageConfig {
  return {
    entrypoint: ['/usr/local/bin/kubeslice'],
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', NODE_ENV: 'production' },
    labels: { 'org.opencontainers.image.version': version, 'org.opencontainers.image.licenses': 'Apache-2.0' },
  };
}
