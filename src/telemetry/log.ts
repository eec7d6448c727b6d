import { type DestinationStream, pino } from 'pino';
import { Failure } from '../values/failure.ts';

/** Key/value pairs of a log line. Never key material, tokens or whole Secrets. */
export type Fields = Readonly<Record<string, unknown>>;

/** Writes one JSON line for each call: a constant message that can be searched for, and variable parts as fields. */
export type Log = {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** A log that adds these fields to every line. */
  with(fields: Fields): Log;
};

/** Severities from which lines are written, the most verbose first. */
const logLevels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Field names whose values are redacted, at the top and one level down: a second guard behind "never log them". */
const secretFields = ['token', 'key', 'privateKey', 'presharedKey', 'password', 'authorization', 'credential', 'data', 'stringData'];

/** A log for one program; `InvalidInput` for an unknown level. `destination` receives the lines. @default standard output */
export const createLog = (options: {
  readonly program: string;
  readonly level?: string;
  readonly destination?: DestinationStream;
}): Log => {
  const { program, level = 'info', destination } = options;
  if (!logLevels.includes(level))
    throw new Failure('InvalidInput', `Log level "${level}" does not exist; use one of: ${logLevels.join(', ')}.`);
  const settings = {
    level,
    base: { program },
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describe },
    redact: { paths: [...secretPaths(), ...secretPaths('*.')], censor: '[redacted]' },
  };
  return wrap(destination === undefined ? pino(settings) : pino(settings, destination));
};

const secretPaths = (prefix = ''): string[] =>
  // A top-level `key` is a queue's name of an object; only a nested one can be a private key.
  secretFields.filter((field) => prefix !== '' || field !== 'key').map((field) => prefix + field);

const wrap = (logger: pino.Logger): Log => ({
  debug: (message, fields) => logger.debug(fields ?? {}, message),
  info: (message, fields) => logger.info(fields ?? {}, message),
  warn: (message, fields) => logger.warn(fields ?? {}, message),
  error: (message, fields) => logger.error(fields ?? {}, message),
  with: (fields) => wrap(logger.child(fields)),
});

/** An error as a log field: code and message first, the stack only for errors that are not a `Failure` (those are bugs). */
const describe = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { code, status } = error as { readonly code?: string; readonly status?: number };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { name: error.name, code, status, message: error.message, cause, stack: error.name === 'Failure' ? undefined : error.stack };
};
