import { debianLayer } from '../layers/debian.ts';
import { type Architecture, architectureOf, type Layer } from '../recipe.ts';

/** The packages under every image of ours: what a node agent calls, busybox for a shell, and the libraries of Node. */
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
 * Nothing of another architecture runs on this machine, so the layer of this machine's own says which commands busybox has.
 */
export function debianBase(architecture: Architecture, mirror?: string): Layer {
  const machine = architectureOf(process.arch);
  const native = machine === undefined || machine === architecture ? {} : { native: debianBase(machine, mirror) };
  return debianLayer({ name: 'debian', architecture, packages: basePackages, ...native, ...(mirror === undefined ? {} : { mirror }) });
}
