import type { MemberOptions } from '../../install/options.ts';
import { bindKeysVariable } from '../../install/workloads/agent.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { ObjectName } from '../../values/object-key.ts';
import type { CliInput, CliOption } from '../command.ts';
import { textOption } from './common-options.ts';

/** `--mutual-tls`. */
export const mutualTlsOption: CliOption = {
  flags: '--mutual-tls <on|off|required>',
  text: 'Let packets of pods travel only under keys from mutual TLS, to clusters that do the same; "required": to no others (default: as installed, else on)',
};

/** The value of `--mutual-tls`; undefined without it. @throws Failure InvalidInput for anything but `on`, `off` and `required`. */
export const mutualTlsNamed = (input: CliInput): MemberOptions['mutualTls'] | undefined => {
  const named = textOption(input, 'mutualTls');
  if (named === undefined || named === 'required') return named;
  if (named === 'on' || named === 'off') return named === 'on';
  throw new Failure('InvalidInput', `--mutual-tls "${named}" is neither on, off nor required; write one of the three.`);
};

/** Whether agents use mutual TLS: as named, else as installed, so that a repair does not undo the choice, else they do. */
export const mutualTlsFor = async (
  named: MemberOptions['mutualTls'] | undefined,
  client: Client,
  agents: ObjectName,
  signal: AbortSignal,
): Promise<MemberOptions['mutualTls']> => {
  if (named !== undefined) return named;
  const installed = (await client.find(daemonSetKind, agents, { signal }))?.spec?.template.spec.containers[0];
  const value = installed?.env?.find(({ name }) => name === bindKeysVariable)?.value;
  return value === 'required' ? value : value !== 'false';
};
