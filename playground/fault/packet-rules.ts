import type { PlaygroundSpec } from '../clusters/spec.ts';
import type { Fault } from './fault.ts';
import { placesBetween } from './place.ts';

const resolution = 10_000;

/**
 * The nftables of the router for these faults, as one transaction that replaces the earlier ones. Packets between sites are routed (family inet),
 * packets within a site are bridged (family bridge).
 */
export function packetRules(spec: PlaygroundSpec, faults: readonly Fault[]): string {
  const rules: Record<'inet' | 'bridge', string[]> = { inet: [], bridge: [] };
  for (const fault of faults) {
    if (fault.kind !== 'cut' && fault.kind !== 'loss') continue;
    const [a, b] = placesBetween(spec, fault.between);
    const verdict = fault.kind === 'cut' ? 'drop' : `numgen random mod ${resolution} < ${Math.round(fault.share * resolution)} drop`;
    const family = a.cluster === b.cluster ? 'bridge' : 'inet';
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      rules[family].push(`ip saddr ${from.addresses} ip daddr ${to.addresses} ${verdict}`);
    }
  }
  return (['inet', 'bridge'] as const).map((family) => table(family, rules[family])).join('');
}

function table(family: string, rules: readonly string[]): string {
  // Some kernels cannot filter bridges, so the family is used only when there is a rule for it.
  if (family === 'bridge' && rules.length === 0) return '';
  const chain = `  chain forward {\n    type filter hook forward priority 0; policy accept;\n${rules.map((rule) => `    ${rule}\n`).join('')}  }\n`;
  return `table ${family} faults\ndelete table ${family} faults\ntable ${family} faults {\n${chain}}\n`;
}
