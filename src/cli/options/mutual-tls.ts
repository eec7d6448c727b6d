import { bindKeysVariable } from '../../install/workloads/agent.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { ObjectName } from '../../values/object-key.ts';
import type { CliInput, CliOption } from '../command.ts';
import { textOption } from './common-options.ts';

/** `--mutual-tls`. */
export const mutualTlsOption: CliOption = {
  flags: '--mutual-tls <on|off>',
  text: 'Let packets of pods travel only under keys from mutual TLS, to clusters that do the same (default: as installed, else off)',
};

/** The value of `--mutual-tls`; undefined without it. @throws Failure InvalidInput for anything but `on` and `off`. */
export const mutualTlsNamed = (input: CliInput): boolean | undefined => {
  const named = textOption(input, 'mutualTls');
  if (named === undefined || named === 'on' || named === 'off') return named === undefined ? undefined : named === 'on';
  throw new Failure('InvalidInput', `--mutual-tls "${named}" is neither on nor off; write one of the two.`);
};

/** Whether agents use mutual TLS: as named, else as installed, so that a repair does not undo the choice. */
export const mutualTlsFor = async (
  named: boolean | undefined,
  client: Client,
  agents: ObjectName,
  signal: AbortSignal,
): Promise<boolean> => {
  if (named !== undefined) return named;
  const installed = (await client.find(daemonSetKind, agents, { signal }))?.spec?.template.spec.containers[0];
  return installed?.env?.some(({ name, value }) => name === bindKeysVariable && value === 'true') === true;
};
