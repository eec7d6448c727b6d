import { encodeJoinToken } from '../../install/join-token.ts';
import { Failure } from '../../values/failure.ts';
import type { CliCommand } from '../command.ts';
import { checkClusterName } from '../options/cluster-name.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption } from '../options/common-options.ts';
import { parseDuration } from '../options/duration.ts';
import { outputOption, printModel } from '../render/output.ts';
import { makeJoinToken } from '../steps/joining/hub-registration.ts';
import { withCluster } from '../steps/open-cluster.ts';

/** `--hub-server`. */
export const hubServerOption = {
  flags: '--hub-server <url>',
  text: 'Address of the hub’s API server as pods of the member reach it (default: that of the context)',
};

/** The API server issues no token for less. */
const shortestMs = 600_000;
/** A bearer secret that people pass on must not be valid for longer, in milliseconds. */
const longestMs = 24 * 3_600_000;

const create: CliCommand = {
  name: 'create',
  summary: 'Create a token with which one cluster can join',
  description:
    'For a hub and a member that are not in one kubeconfig. The token works for one cluster, until it has joined or the time is over. Treat it like a password.',
  arguments: [{ usage: '<cluster>', text: 'Name under which the cluster will join' }],
  options: [
    contextOption('Context of the hub cluster'),
    projectOption,
    { flags: '--ttl <duration>', text: 'How long the token works; from 10m to 24h', default: '1h' },
    hubServerOption,
    outputOption('json', 'yaml'),
    kubeconfigOption,
  ],
  examples: ['kubeslice token create east --context hub', 'kubeslice join east --token kubeslice1.… --context east'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (hub) => {
      const cluster = checkClusterName(input.arguments[0] ?? '');
      const ttl = parseDuration(textOption(input, 'ttl') ?? '1h', '--ttl');
      if (ttl < shortestMs) {
        throw new Failure(
          'InvalidInput',
          `--ttl ${textOption(input, 'ttl')} is too short: the API server gives no token for less than 10m.`,
        );
      }
      if (ttl > longestMs) {
        throw new Failure(
          'InvalidInput',
          `--ttl ${textOption(input, 'ttl')} is too long, because anybody who finds the token can join with it; create one for at most 24h when the cluster is about to join.`,
        );
      }
      const want = { cluster, project: projectOf(input), hubServer: textOption(input, 'hubServer'), seconds: Math.floor(ttl / 1000) };
      const token = await makeJoinToken(hub, want, input.signal);
      const text = encodeJoinToken(token);
      const expires = new Date(token.expiresAt).toISOString();
      await printModel(input.terminal, input.options.output, { cluster, token: text, expires }, () => text);
      if (input.terminal.interactive)
        input.terminal.err(`\nIn cluster ${cluster}, before ${expires}: kubeslice join ${cluster} --token <token>`);
      return 0;
    }),
};

/** `kubeslice token …`. */
export const command: CliCommand = {
  name: 'token',
  summary: 'Create a token with which a cluster can join',
  commands: [create],
};
