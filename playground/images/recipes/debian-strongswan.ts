import { debianLayer } from '../layers/debian.ts';
import type { Architecture, Layer } from '../recipe.ts';
import { basePackages, debianBase } from './debian-base.ts';

/** The packages of IPsec tunnels: charon, its userspace backend, and the plugins beside it. */
const strongswanPackages: readonly string[] = ['charon-systemd', 'libcharon-extra-plugins', 'libstrongswan-standard-plugins'];

/** The layer of strongSwan above the Debian layer that all images share. Agents copy what charon needs of it to their nodes. */
export function debianStrongswan(architecture: Architecture, mirror?: string): Layer {
  return debianLayer({
    name: 'strongswan',
    architecture,
    packages: [...basePackages, ...strongswanPackages],
    over: debianBase(architecture, mirror),
    ...(mirror === undefined ? {} : { mirror }),
  });
}
