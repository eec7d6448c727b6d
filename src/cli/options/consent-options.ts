import { planConsent } from '../../install/member.ts';
import { readCidr } from '../../values/address/cidr.ts';
import type { ConfigMap } from '../../values/builtin/config-map.ts';
import { Failure } from '../../values/failure.ts';
import { isDnsLabel } from '../../values/text/names.ts';
import type { CliInput } from '../command.ts';
import { textOption } from './common-options.ts';

/** Options for the consent of an administrator to the hub. */
export const consentOptions = [
  {
    flags: '--slice-networks <list>',
    text: 'Networks outside the private ranges in which slices may lie, such as 203.0.113.0/24; private networks are always allowed',
  },
  {
    flags: '--namespaces <list>',
    text: 'The only namespaces that may become members of slices, by name or as a prefix with *, such as shop,team-* (default: every one)',
  },
] as const;

const listOf = (input: CliInput, option: string): string[] | undefined =>
  textOption(input, option)
    ?.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/**
 * The consent of the options; undefined without any: then the previous consent stays.
 *
 * Throws `InvalidInput` for an invalid network or an impossible name of a namespace.
 */
export const consentOf = (input: CliInput): ConfigMap | undefined => {
  const networks = listOf(input, 'sliceNetworks');
  const namespaces = listOf(input, 'namespaces');
  if (networks === undefined && namespaces === undefined) return undefined;
  for (const text of networks ?? []) {
    const cidr = readCidr(text);
    if ('fault' in cidr) throw new Failure('InvalidInput', `--slice-networks: ${cidr.message}`);
  }
  const wrong = namespaces?.find((pattern) => !isDnsLabel(pattern.endsWith('*') ? `${pattern.slice(0, -1)}x` : pattern));
  if (wrong !== undefined)
    throw new Failure('InvalidInput', `--namespaces: "${wrong}" is neither a namespace nor a prefix with *, such as shop or team-*.`);
  return planConsent({ networks: networks ?? [], namespaces: namespaces ?? [] });
};
