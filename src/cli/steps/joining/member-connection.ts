import { setTimeout as pause } from 'node:timers/promises';
import type { Condition } from '../../../api/condition.ts';
import { readConnection } from '../../../api/connection.ts';
import { connectionConfigMap, memberNamespace } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import type { Terminal } from '../../render/terminal.ts';
import { isUnreachable } from '../unreachable.ts';

const target = { namespace: memberNamespace, name: connectionConfigMap };
const pollEveryMs = 500;

/** The report of a member's worker about its connection; empty without a report. */
export const connectionOf = async (member: Client, signal: AbortSignal): Promise<readonly Condition[]> =>
  readConnection((await member.find(configMapKind, target, { signal }))?.data);

/** Deletes the report of an earlier worker, so that later reads are new. */
export const forgetConnection = async (member: Client, signal: AbortSignal): Promise<void> => {
  try {
    await member.mergePatch(configMapKind, target, { data: null }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};

/** Prints the reported causes of a member until the signal aborts: each once, as soon as its worker knows it. */
export const followCauses = async (member: Client, terminal: Terminal, signal: AbortSignal): Promise<void> => {
  let last: string | undefined;
  while (!signal.aborted) {
    // An outage is reported by the main wait.
    const conditions = await connectionOf(member, signal).catch(() => []);
    const hub = conditions.find(({ type }) => type === 'HubReachable');
    if (hub?.status === 'False' && hub.message !== last && !signal.aborted) terminal.err(`note: the worker reports: ${hub.message}`);
    if (hub?.status === 'False') last = hub.message;
    await pause(pollEveryMs, undefined, { signal }).catch(() => undefined);
  }
};

/** A condition that the worker reports now; undefined also while the member's API server cannot be reached. */
const reportedNow = async (member: Client, type: string, signal: AbortSignal): Promise<Condition | undefined> => {
  try {
    return (await connectionOf(member, signal)).find((condition) => condition.type === type);
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    throw error;
  }
};

/** How long a worker that runs may take until it has asked once, in milliseconds. */
const firstAnswerMs = 20_000;

/**
 * Waits until the worker itself reports that it reaches the hub. A worker that is older than this command reports nothing and is believed.
 *
 * @returns whether it does in time
 */
export const waitForHub = async (member: Client, timeoutMs: number, signal: AbortSignal): Promise<boolean> => {
  const began = performance.now();
  for (;;) {
    const hub = await reportedNow(member, 'HubReachable', signal);
    if (hub?.status === 'True') return true;
    const waited = performance.now() - began;
    if (hub === undefined && waited > firstAnswerMs) return true;
    if (waited > timeoutMs) return false;
    await pause(pollEveryMs, undefined, { signal });
  }
};

/** How the wait for names ended: answered, not to be expected without somebody's help, or not in time. */
export interface NamesOutcome {
  readonly state: 'answered' | 'unwired' | 'late' | 'unknown';
  /** The last finding of the worker. */
  readonly message: string;
}

/** Waits until the worker gets an answer for a name through the cluster's own DNS. */
export const waitForNames = async (member: Client, timeoutMs: number, signal: AbortSignal): Promise<NamesOutcome> => {
  const began = performance.now();
  for (;;) {
    const names = await reportedNow(member, 'NamesWired', signal);
    const message = names?.message ?? 'The worker does not report whether names are found; its image is older than this command.';
    if (names?.status === 'True') return { state: 'answered', message };
    if (names?.reason === 'NamesNotWired') return { state: 'unwired', message };
    const waited = performance.now() - began;
    if (names === undefined && waited > firstAnswerMs) return { state: 'unknown', message };
    if (waited > timeoutMs) return { state: names === undefined ? 'unknown' : 'late', message };
    await pause(pollEveryMs, undefined, { signal });
  }
};
