import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { networkNamespace, routerName } from '../clusters/names.ts';
import type { Machine } from '../clusters/spec.ts';
import { together } from '../clusters/together.ts';
import { holdService, killService, processOne } from '../machine/machine.ts';
import { machinesOf } from '../machine/machines.ts';
import { insideNamespace } from '../machine/network.ts';
import { powerOff, powerOn } from '../machine/power.ts';
import { type FaultContext, handleOf, writeFaults } from './context.ts';
import { convergeDelays } from './delays.ts';
import type { Fault } from './fault.ts';
import { packetRules } from './packet-rules.ts';
import { checkFault } from './place.ts';
import { convergeFrozen } from './programs.ts';

/** Makes exactly these faults and heals all others. A second call changes nothing. */
export async function convergeFaults(context: FaultContext, faults: readonly Fault[], signal: AbortSignal): Promise<void> {
  for (const fault of faults) checkFault(context.spec, fault);
  const rules = packetRules(context.spec, faults);
  await writeFaults(context.paths, faults);
  const file = join(context.paths.directory, 'faults.nft');
  await writeFile(file, rules);
  await insideNamespace(
    networkNamespace(context.spec.name, routerName),
    `nft delete table bridge faults 2>/dev/null; nft -f '${file}'`,
    signal,
  );
  await convergeDelays(context, faults, signal);
  await together(
    signal,
    machinesOf(context.spec).map((machine) => (own: AbortSignal) => convergeMachine(context, machine, faults, own)),
  );
}

async function convergeMachine(context: FaultContext, machine: Machine, faults: readonly Fault[], signal: AbortSignal): Promise<void> {
  const handle = handleOf(context, machine.name);
  const off = faults.some((fault) => fault.kind === 'off' && fault.machine === machine.name);
  const held = faults.flatMap((fault) => (fault.kind === 'held' && fault.machine === machine.name ? [fault.service] : []));
  const running = (await processOne(handle)) !== undefined;
  if (off) {
    if (running) await powerOff(context.spec, handle, signal);
    return;
  }
  if (!running) {
    // A machine that was never started belongs to an interrupted `up`, which the next `up` continues.
    const complete = await access(handle.paths.started).then(
      () => true,
      () => false,
    );
    if (complete) await powerOn(context.spec, machine, handle, held, signal);
    return;
  }
  const frozen = faults.flatMap((fault) => (fault.kind === 'frozen' && fault.machine === machine.name ? [fault.program] : []));
  await convergeFrozen(handle, new Set(frozen));
  for (const service of await readdir(handle.paths.hold)) if (!held.includes(service)) await holdService(handle, service, false);
  for (const service of held) {
    await holdService(handle, service, true);
    await killService(handle, service, signal);
  }
}
