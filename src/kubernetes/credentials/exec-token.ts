import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { renewedToken, type TokenSource } from './token-source.ts';

/** The `exec` entry of a kubeconfig user: a program that prints a credential. */
export type ExecPlugin = {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
};

/**
 * Tokens from an exec plugin (client.authentication.k8s.io), requested again when one is about to expire or was refused. Plugins that return client
 * certificates are not supported. The program inherits this process's environment, like kubectl's plugins.
 */
export const execToken = (
  plugin: ExecPlugin,
  server: string,
  options: { readonly directory: string; readonly clock: Clock },
): TokenSource =>
  renewedToken(async (signal) => {
    const status = parseCredential(plugin, await run(plugin, server, options.directory, signal));
    if (status.token === undefined)
      throw new Failure(
        'Unauthorized',
        `The program ${plugin.command} of the kubeconfig returned no token; only plugins that return tokens are supported.`,
      );
    // A credential without an expiry is kept for an hour, so that a changed one is noticed.
    const lifetimeMs = status.expirationTimestamp === undefined ? 3_600_000 : Date.parse(status.expirationTimestamp) - options.clock.now();
    return { token: status.token, lifetimeMs };
  }, options);

type CredentialStatus = { readonly token?: string; readonly expirationTimestamp?: string };

const parseCredential = (plugin: ExecPlugin, output: string): CredentialStatus => {
  try {
    const { status } = JSON.parse(output) as { readonly status?: CredentialStatus };
    return status ?? {};
  } catch (cause) {
    throw new Failure('Unauthorized', `The program ${plugin.command} of the kubeconfig printed no ExecCredential.`, { cause });
  }
};

const run = (plugin: ExecPlugin, server: string, directory: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const { command = '', args, env, apiVersion = 'client.authentication.k8s.io/v1' } = plugin;
    // A command with a slash is relative to the kubeconfig; a bare name is searched in PATH.
    const file = command.includes('/') && !command.startsWith('/') ? join(directory, command) : command;
    const info = {
      apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(plugin.provideClusterInfo === true ? { cluster: { server } } : {}) },
    };
    const variables = [...(env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }].map(
      ({ name, value }) => `${name}=${value}`,
    );
    // env(1) adds to the inherited environment, so that this room need not read its own.
    execFile('env', [...variables, file, ...(args ?? [])], { signal, timeout: 60_000, maxBuffer: 1024 * 1024 }, (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout);
      const hint = plugin.installHint === undefined ? '' : ` ${plugin.installHint}`;
      reject(
        new Failure(
          'Unauthorized',
          `The program ${command} that the kubeconfig signs in with failed: ${stderr.trim() || cause.message}.${hint}`,
          { cause },
        ),
      );
    });
  });
