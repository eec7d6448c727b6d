import { debianLayer } from '../layers/debian.ts';
import { filesLayer } from '../layers/files.ts';
import { nodeLayer } from '../layers/node.ts';
import type { Architecture, ImageConfig, Recipe } from '../recipe.ts';
import { basePackages, debianBase } from './debian-base.ts';

const tools = ['bind9-dnsutils', 'curl', 'iperf3', 'iputils-ping', 'tcpdump', 'traceroute'];

/**
 * The image for demonstrations: a small HTTP server that returns the names of server and client, and the usual network tools.
 *
 * It runs the server by default. It shares the Debian and Node layers with the KubeSlice image.
 *
 * @param answer path of the server's source, which becomes /srv/answer.js.
 */
export async function demoImage(
  options: {
    readonly version: string;
    readonly architecture: Architecture;
    readonly node: string;
    readonly answer: string;
    readonly mirror?: string;
  },
  signal: AbortSignal,
): Promise<Recipe> {
  const { version, architecture, node, answer, mirror } = options;
  const base = debianBase(architecture, mirror);
  const packages = [...basePackages, ...tools];
  return {
    reference: `kubeslice/demo:${version}`,
    architecture,
    layers: [
      base,
      await nodeLayer(node, architecture, signal),
      debianLayer({
        name: 'demo-tools',
        architecture,
        packages,
        over: base,
        links: { '/usr/bin/traceroute': 'traceroute.db' },
        ...(mirror === undefined ? {} : { mirror }),
      }),
      await filesLayer(
        'demo-answer',
        {
          '/srv/answer.js': { from: answer, mode: 0o644 },
          '/srv/package.json': { text: '{"type":"module"}\n', mode: 0o644 },
        },
        signal,
      ),
    ],
    config: demoConfig(version),
  };
}

/** What a container of the demo image runs. */
export function demoConfig(version: string): ImageConfig {
  return {
    entrypoint: ['/usr/local/bin/node', '/srv/answer.js'],
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', PORT: '80' },
    workingFolder: '/srv',
    ports: [80],
    labels: { 'org.opencontainers.image.version': version, 'org.opencontainers.image.licenses': 'Apache-2.0' },
  };
}
