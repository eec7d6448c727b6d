import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemPath } from '../../src/host/run.ts';
import { Failure } from '../../src/values/failure.ts';
import { controlGroupPath, networkNamespace, routerName } from '../clusters/names.ts';
import { createGroup, groupProcesses } from '../machine/control-groups.ts';
import { kill } from '../machine/machine.ts';
import { interfaces, siteBridge } from '../machine/network.ts';
import { run } from '../machine/run.ts';
import { until } from '../machine/until.ts';
import { programFolder } from '../toolchain/tools.ts';
import type { FaultContext } from './context.ts';
import type { Fault } from './fault.ts';
import { placesBetween } from './place.ts';

/** Priorities of the routing rules of delays; table numbers are the same. */
const firstRule = 1000;
const ruleCount = 1000;

/**
 * Makes exactly these delays. Packets between two places are routed into a TUN interface whose program returns them to the router after the delay.
 * They return from another interface, so that no rule matches them twice.
 */
export async function convergeDelays(context: FaultContext, faults: readonly Fault[], signal: AbortSignal): Promise<void> {
  const namespace = networkNamespace(context.spec.name, routerName);
  const group = `${controlGroupPath(context.spec.name)}/${routerName}`;
  await clear(context, namespace, group, signal);
  const delays = faults.filter((fault) => fault.kind === 'delay');
  if (delays.length === 0) return;
  await createGroup(context.hierarchies, group);
  const join = context.hierarchies.map(({ mountPoint }) => `${mountPoint}/${group}/system/cgroup.procs`);
  for (const [position, delay] of delays.entries()) {
    const device = `delay${position}`;
    await startDelay(context, { namespace, groups: join, device, milliseconds: delay.milliseconds }, signal);
    const [a, b] = placesBetween(context.spec, delay.between);
    const bridge = (name: string): string =>
      siteBridge(context.spec.clusters.find((each) => each.name === name) ?? { name, index: 0, nodes: 0 });
    const rules = [
      `route replace default dev ${device} table ${firstRule + position}`,
      ...[
        [a, b],
        [b, a],
      ].map(
        ([from, to]) =>
          `rule add pref ${firstRule + position} iif ${bridge(from?.cluster ?? '')} from ${from?.addresses} to ${to?.addresses} lookup ${firstRule + position}`,
      ),
    ];
    await run('ip', ['-n', namespace, '-batch', '-'], { signal, input: rules.join('\n') });
  }
}

async function clear(context: FaultContext, namespace: string, group: string, signal: AbortSignal): Promise<void> {
  const rules = JSON.parse((await run('ip', ['-n', namespace, '-j', 'rule', 'show'], { signal })) || '[]') as { priority: number }[];
  const ours = rules.filter(({ priority }) => priority >= firstRule && priority < firstRule + ruleCount);
  for (const { priority } of ours) await run('ip', ['-n', namespace, 'rule', 'del', 'pref', String(priority)], { signal });
  await until(
    'Delays end',
    async () => {
      const processes = await groupProcesses(context.hierarchies, group);
      for (const pid of processes) kill(pid);
      return processes.length === 0 ? undefined : `${processes.length} processes are left`;
    },
    { signal, timeoutMs: 10_000, everyMs: 20 },
  );
}

interface Delay {
  namespace: string;
  groups: readonly string[];
  device: string;
  milliseconds: number;
}

async function startDelay(context: FaultContext, { namespace, groups, device, milliseconds }: Delay, signal: AbortSignal): Promise<void> {
  const program = join(programFolder(context.paths), 'packet-delay');
  const steps = [
    ...groups.map((file) => `echo $$ >'${file}'`),
    `exec nsenter --net='/run/netns/${namespace}' '${program}' ${device} ${milliseconds}ms`,
  ];
  const logFile = join(context.paths.directory, 'delay.log');
  const log = await open(logFile, 'w');
  const child = spawn('sh', ['-e', '-c', steps.join('\n')], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { PATH: systemPath },
  });
  let ended: string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', () => (ended = 'it ended'));
  child.unref();
  try {
    await until(
      `Interface ${device} appears`,
      async () => {
        if (ended !== undefined)
          throw new Failure('CapabilityMissing', `Packets cannot be delayed here (${ended}): ${(await readFile(logFile, 'utf8')).trim()}`);
        return (await interfaces(namespace, signal)).has(device) ? undefined : 'not yet';
      },
      { signal, timeoutMs: 10_000, everyMs: 20 },
    );
    await run('ip', ['-n', namespace, 'link', 'set', device, 'mtu', '65535', 'up'], { signal });
  } finally {
    await log.close();
  }
}
