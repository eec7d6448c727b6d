import { debianLayer } from '../layers/debian.ts';
import { type Architecture, architectureOf, type Layer } from '../recipe.ts';

/** The packages below every image: what a node agent runs, busybox for a shell, and the libraries of Node. */
export const basePackages: readonly string[] = [
  'busybox',
  'iproute2',
  'libgcc-s1',
  'libstdc++6',
  'nftables',
  'util-linux',
  'wireguard-tools',
];

/**
 * The Debian layer that all images share, so that a node stores and unpacks it once.
 *
 * A foreign architecture does not run on this machine, so the layer of this machine's architecture lists the commands of busybox.
 */
export function debianBase(architecture: Architecture, mirror?: string): Layer {
  const machine = architectureOf(process.arch);
  const native = machine === undefined || machine === architecture ? {} : { native: debianBase(machine, mirror) };
  return debianLayer({ name: 'debian', architecture, packages: basePackages, ...native, ...(mirror === undefined ? {} : { mirror }) });
}
