import { access, constants } from 'node:fs/promises';
import type { Run } from '../../host/run.ts';
import type { DriverVerdict } from '../port.ts';

/**
 * Tests which tunnel drivers work: it creates and deletes a WireGuard interface in the kernel, and checks for the tunnel program and `/dev/net/tun`.
 *
 * @param enter arguments that run a command in the machine's network namespace
 * @param program path of wireguard-go for this process
 */
export const probeDrivers = async (run: Run, enter: readonly string[], program: string, signal: AbortSignal): Promise<DriverVerdict[]> => [
  await probeKernel(run, enter, signal),
  await probeUserspace(program),
];

const trialInterface = 'ks-trial';

const probeKernel = async (run: Run, enter: readonly string[], signal: AbortSignal): Promise<DriverVerdict> => {
  const made = await run([...enter, 'ip', 'link', 'add', trialInterface, 'type', 'wireguard'], { signal });
  await run([...enter, 'ip', 'link', 'del', trialInterface], { signal });
  // An interface that a killed agent left proves the same.
  const usable = made.code === 0 || made.stderr.includes('File exists');
  const output = made.stderr.trim().split('\n')[0] ?? '';
  return {
    driver: 'WireGuard',
    usable,
    reason: usable ? 'the kernel has WireGuard' : `the kernel has no WireGuard (${output || `exit code ${made.code}`})`,
  };
};

const probeUserspace = async (program: string): Promise<DriverVerdict> => {
  const missing: string[] = [];
  await access(program, constants.X_OK).catch(() => missing.push(program));
  await access('/dev/net/tun', constants.R_OK | constants.W_OK).catch(() => missing.push('/dev/net/tun'));
  return {
    driver: 'WireGuardUserspace',
    usable: missing.length === 0,
    reason: missing.length === 0 ? 'wireguard-go and TUN devices exist' : `${missing.join(' and ')} is missing`,
  };
};
